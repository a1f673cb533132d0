/** What a mail says. Plain text: nothing in it tells anybody that it was read. */
interface Letter {
  subject: string;
  text: string;
}

export type MailKind = "invitation" | "password-reset";
type Write = (name: string, link: string) => Letter;

const ENGLISH: Record<MailKind, Write> = {
  invitation: (name, link) => ({
    subject: "Your access to Kehu",
    text: `Hello ${name},

you have been invited to Kehu. Choose your password here:

${link}

The link is good once, for seven days.
`,
  }),
  "password-reset": (name, link) => ({
    subject: "A new password for Kehu",
    text: `Hello ${name},

somebody asked for a new password for your access to Kehu. Choose it here:

${link}

The link is good once, for an hour. If it was not you who asked, there is nothing to do: your password stays as it is.
`,
  }),
};

const CHINESE: Record<MailKind, Write> = {
  invitation: (name, link) => ({
    subject: "您的 Kehu 账号",
    text: `${name}，您好：

您已受邀使用 Kehu。请打开以下链接设置密码：

${link}

该链接只能使用一次，七天内有效。
`,
  }),
  "password-reset": (name, link) => ({
    subject: "重置您的 Kehu 密码",
    text: `${name}，您好：

有人请求重置您的 Kehu 密码。请打开以下链接设置新密码：

${link}

该链接只能使用一次，一小时内有效。如果不是您本人的请求，无需任何操作，您的密码不会改变。
`,
  }),
};

/** @param language the user's */
export function letterOf(kind: MailKind, language: string, name: string, link: string): Letter {
  return (language.startsWith("zh") ? CHINESE : ENGLISH)[kind](name, link);
}

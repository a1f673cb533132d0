import { email, from, requiredText, text } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";

/** Users come as invited ones, and may own records before they accept. */
export const USERS: FileTable = {
  file: "Users.csv",
  resource: "users",
  type: "user",
  key: ["USER_ID"],
  repeatedKey: "fails",
  fields: {
    firstName: text("First Name"),
    lastName: requiredText("Last Name"),
    email: email("Email"),
    // Only at first: who has got other roles in Kehu keeps them.
    roleIds: from(["USER_ID"], (row, around) =>
      around.byKey("user", row.text("USER_ID")) ? undefined : [around.prerequisite("role sales")],
    ),
  },
  attributes: ({ firstName, lastName }) => ({ name: [firstName, lastName].filter(Boolean).join(" ") }),
  unused: [],
};

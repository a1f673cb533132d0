type Texts = readonly [en: string, zh: string];

const BY_CODE: Readonly<Record<string, Texts>> = {
  "not-found": ["Not found", "未找到"],
  "record.stale": ["The record has changed meanwhile", "记录已被修改"],
  "record.not-writable": ["Not yours to change", "您无权修改此记录"],
  "permission.denied": ["Permission missing", "没有权限"],
  "authentication.required": ["Sign in first", "请先登录"],
  "request.invalid": ["The values do not fit", "字段内容无效"],
  "reference.unknown": ["Unknown reference", "引用的记录不存在"],
  "reference.not-yet-known": ["Reference not known yet", "引用的记录尚未同步"],
  "idempotency.in-progress": ["Still running", "请求仍在处理中"],
  "idempotency.body-differs": ["Key used for another request", "幂等键已用于其他请求"],
  "service.unavailable": ["Service away", "服务暂时不可用"],
  overloaded: ["Too busy for the moment", "系统繁忙"],
};

const BY_STATUS: Readonly<Record<number, Texts>> = {
  400: ["Malformed request", "请求格式错误"],
  401: ["Sign in first", "请先登录"],
  403: ["Not allowed", "不允许"],
  404: ["Not found", "未找到"],
  405: ["Method not allowed", "不支持此方法"],
  408: ["Too slow", "请求超时"],
  409: ["Conflict", "冲突"],
  410: ["Gone", "已失效"],
  411: ["Length missing", "缺少内容长度"],
  412: ["Outdated", "版本已过期"],
  413: ["Too large", "内容过大"],
  414: ["Address too long", "请求地址过长"],
  415: ["Unsupported type", "不支持的类型"],
  417: ["Expectation refused", "不支持的预期请求"],
  422: ["A rule is broken", "违反规则"],
  429: ["Too many requests", "请求过多"],
  431: ["Headers too large", "请求头过大"],
  503: ["Away for the moment", "暂时不可用"],
};

/** @returns the title of a problem in the caller's language; its code stays the same in every language */
export function titleOf(code: string, status: number, acceptLanguage: string | undefined): string {
  const [en, zh] = BY_CODE[code] ?? BY_STATUS[status] ?? ["Internal error", "内部错误"];
  return /^\s*zh\b/i.test(acceptLanguage ?? "") ? zh : en;
}

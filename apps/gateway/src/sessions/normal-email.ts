/** An email as it is stored and compared: no spaces around it, lower case. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

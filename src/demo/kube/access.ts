import { type Asked, forbidden, unauthorized } from './refusal.ts';

/** Somebody who may ask the API server. */
export interface User {
  readonly name: string;
  /** Whether RBAC lets the user do this. */
  may(asked: Omit<Asked, 'user'>): boolean;
}

/** Who holds which bearer token. */
export type Users = ReadonlyMap<string, User>;

/** The user of a request. @throws Refusal 401 for no token, or one that is nobody's */
export function authenticate(users: Users, authorization: string | undefined): User {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const user = token === undefined ? undefined : users.get(token);
  if (user === undefined) throw unauthorized();
  return user;
}

/** Rights come before existence: who may not list a kind is not told whether there is one. @throws Refusal 403 */
export function authorize(user: User, asked: Omit<Asked, 'user'>): void {
  if (!user.may(asked)) throw forbidden({ user: user.name, ...asked });
}

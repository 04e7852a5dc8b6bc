const LONGEST = 320;

/** What is wrong with the name of a service account in an AuthorizationPolicy: `name` or `namespace/name`, no star. */
export function badServiceAccount(name: string): string | undefined {
  if (name.includes('*')) return `the service account "${name}" has a star`;
  const parts = name.split('/');
  if (parts.length > 2 || parts.includes('')) return `the service account "${name}" is not name or namespace/name`;
  return name.length > LONGEST ? 'the name of a service account is too long' : undefined;
}

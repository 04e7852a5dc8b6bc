/** What a text must look like, and how that is said. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly kind: string;
}

/** A Kubernetes object name. */
export const NAME: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  kind: 'a name of lower-case letters, digits, - and .',
};

export const PATH: TextRule = { pattern: /^\//, kind: 'an absolute path' };

/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  /** `--from=build` is `{from: 'build'}`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
}

/** Reads a Dockerfile as far as ours goes: comments, continued lines, flags; no here-documents. */
export function parseDockerfile(text: string): readonly Instruction[] {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', flags = '', rest = ''] = /^(\w+)((?:\s+--[\w-]+=\S+)*)\s+(.*)$/.exec(line) ?? [];
      if (name === '') throw new Error(`Dockerfile: ${line}: not understood`);
      const pairs = [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, flag = '', value = '']) => [flag, value] as const);
      return { name: name.toUpperCase(), flags: Object.fromEntries(pairs), rest };
    });
}

/** Whether a file goes to the builder, by `.dockerignore`: of all lines that name it or a folder of it, the last one says. */
export function createIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), path: line.replace(/^!/, '') }));
  return (path) => {
    const last = rules.findLast((rule) => rule.path === '*' || path === rule.path || path.startsWith(`${rule.path}/`));
    return last !== undefined && !last.keeps;
  };
}

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createIgnore, type Instruction, parseDockerfile } from './image-dockerfile.ts';

/** A folder that holds what the image would, and how it is started. */
export interface BuiltImage {
  readonly root: string;
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  /** What follows it where nothing else is asked for. */
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BuildOptions {
  /** The repository. */
  readonly context: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly args: Readonly<Record<string, string>>;
  /** Puts what stands for a base image into its root. */
  readonly base: (image: string, root: string) => void;
}

interface Stage {
  readonly root: string;
  workdir: string;
  user: string;
  entrypoint: readonly string[];
  cmd: readonly string[];
  readonly env: Record<string, string>;
  readonly args: Record<string, string>;
  readonly labels: Record<string, string>;
}

/** Carries out a Dockerfile's own steps, each stage in a folder of its own; a base image is what `base` makes of it. */
export function buildImage({ context, scratch, args, base }: BuildOptions): BuiltImage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    if (instruction.name === 'FROM') {
      const [image = '', , name = String(stages.size)] = instruction.rest.split(/\s+/);
      stage = newStage(join(scratch, `stage-${stages.size}`));
      stages.set(name, stage);
      base(image, stage.root);
    } else if (stage === undefined) throw new Error(`${instruction.name} before FROM`);
    else carryOut(instruction, stage, { context, args, stages });
  }
  if (stage === undefined) throw new Error('the Dockerfile has no FROM');
  const { root, user, workdir, entrypoint, cmd, env, labels } = stage;
  return { root, user, workdir, entrypoint, cmd, env, labels };
}

function newStage(root: string): Stage {
  mkdirSync(root, { recursive: true });
  return { root, workdir: '/', user: '0:0', entrypoint: [], cmd: [], env: {}, args: {}, labels: {} };
}

interface Surroundings {
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
  readonly stages: ReadonlyMap<string, Stage>;
}

type Step = (instruction: Instruction, stage: Stage, around: Surroundings) => void;

const STEPS: Readonly<Record<string, Step>> = {
  WORKDIR: ({ rest }, stage) => {
    stage.workdir = rest;
    mkdirSync(join(stage.root, rest), { recursive: true });
  },
  COPY: copy,
  RUN: ({ rest }, { root, workdir, env, args }) => {
    const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', npm_config_prefer_offline: 'true' };
    execFileSync('sh', ['-ec', rest], { cwd: join(root, workdir), env: { ...own, ...args, ...env }, stdio: 'pipe' });
  },
  ARG: ({ rest }, stage, { args }) => {
    const [[name, fallback] = ['', '']] = pairs(rest);
    stage.args[name] = args[name] ?? fallback;
  },
  ENV: ({ rest }, stage) => void Object.assign(stage.env, Object.fromEntries(pairs(rest))),
  LABEL: ({ rest }, { labels, args }) => {
    for (const [name, value] of pairs(rest))
      labels[name] = value.replace(/\$(\w+)/g, (_, arg: string) => args[arg] ?? '');
  },
  USER: ({ rest }, stage) => {
    stage.user = rest;
  },
  EXPOSE: () => {},
  ENTRYPOINT: ({ rest }, stage) => {
    stage.entrypoint = JSON.parse(rest) as string[];
  },
  CMD: ({ rest }, stage) => {
    stage.cmd = JSON.parse(rest) as string[];
  },
};

function carryOut(instruction: Instruction, stage: Stage, around: Surroundings): void {
  const step = STEPS[instruction.name];
  if (step === undefined) throw new Error(`Dockerfile: ${instruction.name} is not understood here`);
  step(instruction, stage, around);
}

function pairs(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/([\w.]+)=("[^"]*"|\S*)/g)].map(([, name = '', value = '']) => [
    name,
    value.replace(/^"|"$/g, ''),
  ]);
}

/** Into a folder where the target ends in `/`, as a builder has it; else in the target's place. */
function copy({ flags, rest }: Instruction, { root, workdir }: Stage, { context, stages }: Surroundings): void {
  const words = rest.split(/\s+/);
  const target = words.at(-1) ?? '';
  const to = join(root, workdir, target);
  const { from } = flags;
  for (const word of words.slice(0, -1)) {
    if (from !== undefined) cpSync(join(stageOf(from, stages).root, word), to, { recursive: true });
    else copyFromContext(context, word, target.endsWith('/') ? to : undefined, to);
  }
}

function stageOf(name: string, stages: ReadonlyMap<string, Stage>): Stage {
  const stage = stages.get(name);
  if (stage === undefined) throw new Error(`--from=${name}: no such stage`);
  return stage;
}

/** File by file: only what `.dockerignore` lets through is there for a builder. */
function copyFromContext(context: string, word: string, folder: string | undefined, place: string): void {
  const ignores = createIgnore(readFileSync(join(context, '.dockerignore'), 'utf8'));
  const from = join(context, word);
  if (!existsSync(from)) throw new Error(`COPY ${word}: no such file`);
  if (statSync(from).isFile()) {
    if (ignores(word)) throw new Error(`COPY ${word}: .dockerignore keeps it from the builder`);
    cpSync(from, folder === undefined ? place : join(folder, word));
    return;
  }
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(from, name)).isFile() && !ignores(join(word, name))) cpSync(join(from, name), join(place, name));
  }
}

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node';
import { parseDocument } from 'yaml';
import { isSpecObject } from '../../model/spec-fields.ts';
import { allowPlainHttp } from './kube-access.ts';
import { KubeConfigError } from './kube-config-error.ts';

export interface KubeconfigFiles {
  readonly paths: readonly string[];
  /** Entries of the KUBECONFIG list may be missing, as kubectl allows, as long as one is there. */
  readonly mayBeMissing: boolean;
  /** Overrides `current-context`. */
  readonly context?: string;
}

/**
 * Reads one or more kubeconfig files into one KubeConfig, the first to say something winning, as kubectl merges them.
 * @throws KubeConfigError
 */
export async function loadKubeconfig(files: KubeconfigFiles): Promise<KubeConfig> {
  const loaded: KubeConfig[] = [];
  for (const path of files.paths) {
    const text = await readText(path, files.mayBeMissing);
    if (text !== undefined) loaded.push(await parseKubeconfig(`kubeconfig ${path}`, text, dirname(resolve(path))));
  }
  const where = files.paths.join(', ');
  if (loaded.length === 0) throw new KubeConfigError(`no kubeconfig at ${where}: give --kubeconfig, or set KUBECONFIG`);
  const merged = await merge(loaded);
  merged.setCurrentContext(chooseContext(merged, files.context, `kubeconfig ${where}`));
  return merged;
}

/**
 * A kubeconfig that is no file, with its current context.
 * @param where how it is called in errors
 * @throws KubeConfigError
 */
export async function kubeconfigOf(where: string, text: string): Promise<KubeConfig> {
  const config = await parseKubeconfig(where, text, '/');
  config.setCurrentContext(chooseContext(config, undefined, where));
  return config;
}

async function readText(path: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT' && mayBeMissing) return undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new KubeConfigError(`kubeconfig ${path}: ${why}; give another with --kubeconfig`, { cause });
  }
}

/** @param folder what relative paths in it start from */
async function parseKubeconfig(where: string, text: string, folder: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  // Parsed here first: the library's YAML messages quote the lines around a mistake, and those may hold a token.
  const document = parseDocument(text, { prettyErrors: false });
  const mistake = document.errors[0];
  if (mistake !== undefined) {
    throw new KubeConfigError(`${where}: line ${lineOf(text, mistake.pos[0])} is no YAML (${mistake.code})`);
  }
  if (!isSpecObject(document.toJS())) throw new KubeConfigError(`${where}: it holds no configuration`);
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(folder);
  } catch (cause) {
    throw new KubeConfigError(`${where}: ${cause instanceof Error ? cause.message : 'it cannot be used'}`);
  }
  config.clusters = config.clusters.map(allowPlainHttp);
  config.users = config.users.map((user) => completeUser(user, document.toJS() as RawKubeconfig, folder));
  return config;
}

interface RawKubeconfig {
  readonly users?: readonly { readonly name?: unknown; readonly user?: { readonly tokenFile?: unknown } | null }[];
}

/** What the library leaves out: `tokenFile` (read again as it changes), and what exec plugins are told of us. */
function completeUser(user: User, raw: RawKubeconfig, folder: string): User {
  const tokenFile = raw.users?.find((entry) => entry.name === user.name)?.user?.tokenFile;
  if (typeof tokenFile === 'string' && tokenFile !== '') {
    const { token: _token, ...rest } = user;
    return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } } };
  }
  const exec: unknown = user.exec;
  if (!isSpecObject(exec)) return user;
  const about = { apiVersion: exec['apiVersion'], kind: 'ExecCredential', spec: { interactive: false } };
  const told = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(about) };
  return { ...user, exec: { ...exec, env: [...(Array.isArray(exec['env']) ? exec['env'] : []), told] } };
}

async function merge(configs: readonly KubeConfig[]): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const merged = new KubeConfig();
  merged.clusters = firstOfEachName<Cluster>(configs.flatMap((config) => config.clusters));
  merged.users = firstOfEachName<User>(configs.flatMap((config) => config.users));
  merged.contexts = firstOfEachName<Context>(configs.flatMap((config) => config.contexts));
  merged.currentContext = configs.find((config) => config.currentContext)?.currentContext ?? '';
  return merged;
}

function firstOfEachName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  const named = new Map<string, T>();
  for (const entry of entries) if (!named.has(entry.name)) named.set(entry.name, entry);
  return [...named.values()];
}

function chooseContext(config: KubeConfig, wanted: string | undefined, where: string): string {
  const name = wanted ?? config.currentContext;
  const there = config.contexts.map((context) => context.name).join(', ') || 'none';
  if (!name) throw new KubeConfigError(`${where}: no current-context; choose one with --context: ${there}`);
  const context = config.getContextObject(name);
  if (!context) throw new KubeConfigError(`${where}: there is no context ${name}; there are: ${there}`);
  const cluster = config.getCluster(context.cluster);
  if (!cluster)
    throw new KubeConfigError(`${where}: context ${name} names cluster ${context.cluster}, which is missing`);
  checkServer(cluster, where);
  nameUser(config, context, where);
  return name;
}

function checkServer({ name, server }: Cluster, where: string): void {
  const wrong = (why: string): KubeConfigError => new KubeConfigError(`${where}: the server of cluster ${name} ${why}`);
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) throw wrong('is no http(s) URL');
  // The server is named in the log.
  if (new URL(server).username !== '') throw wrong('holds a user name: put it under users');
}

function nameUser(config: KubeConfig, context: Context, where: string): void {
  if (context.user && config.getUser(context.user)) return;
  if (context.user) {
    throw new KubeConfigError(`${where}: context ${context.name} names user ${context.user}, who is missing`);
  }
  // Without a user the library would not even apply the cluster's certificate authority.
  const anonymous = { name: 'anonymous (no user in context)' };
  config.users = [...config.users, anonymous];
  config.contexts = config.contexts.map((each) => (each === context ? { ...each, user: anonymous.name } : each));
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

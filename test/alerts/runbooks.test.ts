import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { COMMANDS, runProgram } from '../../src/cli/program.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { SELF_FAMILIES } from '../../src/sinks/metrics/self-families.ts';
import { commandsIn, execsInVain, namesOfAnotherMesh, notOfTheExporter, riskyTogether } from './runbook-commands.ts';

/** The same sections in the same order on every page: at night nobody wants to look for them. */
const SECTIONS = [
  'Meaning',
  'When it fires',
  'Impact',
  'Is it real?',
  'Diagnosis',
  'Mitigation',
  'Check that it is gone',
  'Escalate',
  'Related',
];

const FOLDER = 'alerts/runbooks';
const GROUPS = ruleGroups(LADDER);
const ALERTS = GROUPS.flatMap(({ id, rules }) => rules.alerts.map((alert) => ({ id, alert })));
/** Those with a runbook of their own. */
const OWN = ALERTS.filter(({ alert }) => alert.runbook === undefined);
const NAMES: ReadonlySet<string> = new Set(OWN.map(({ alert }) => alert.name));
const METRICS: ReadonlySet<string> = new Set([
  ...[...LADDER.flatMap((rung) => Object.values(rung.families)), ...Object.values(SELF_FAMILIES)].map(
    ({ name }) => name,
  ),
  ...GROUPS.flatMap(({ rules }) => rules.recordings.map(({ record }) => record)),
]);

interface Runbook {
  readonly front: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly sections: ReadonlyMap<string, string>;
  readonly text: string;
}

function read(name: string): Runbook {
  const text = readFileSync(`${FOLDER}/${name}.md`, 'utf8');
  const [, front = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const [head = '', ...parts] = body.split(/^## /m);
  const sections = parts.map((part): [string, string] => {
    const end = part.indexOf('\n');
    return [part.slice(0, end).trim(), part.slice(end + 1)];
  });
  return {
    front: parse(front) as Record<string, unknown>,
    title: /^# (.+)$/m.exec(head)?.[1] ?? '',
    sections: new Map(sections),
    text,
  };
}

test('the rules for commands and queries to paste see what they are there for', () => {
  assert.deepEqual(riskyTogether('kubectl get virtualservices,httproutes -A | grep a'), ['virtualservices,httproutes']);
  assert.deepEqual(riskyTogether('kubectl get pods,services -l a=b,c=d'), []);
  const execs = [
    '-n a exec EXPORTER_POD -- ls',
    'exec P -c istio-proxy -- curl x',
    'exec P -c istio-proxy -- pilot-agent request',
  ];
  assert.deepEqual(
    execs.map((exec) => execsInVain(`1. See.\n\n   \`\`\`sh\n   kubectl ${exec}\n   \`\`\`\n`).length),
    [1, 1, 0],
  );
  assert.deepEqual(notOfTheExporter('```sh\nmeshladder check\nmeshladder check new.yaml\n```'), ['meshladder check']);
  assert.deepEqual(namesOfAnotherMesh('```promql\na{proxy_namespace="payment", flag="NR", workload="WORKLOAD"}\n```'), [
    'proxy_namespace="payment"',
  ]);
});

const helps = new Map<string, string>();
before(async () => {
  for (const { name } of COMMANDS) {
    let text = '';
    const out = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const io = { stdin: process.stdin, stdout: out, stderr: out, env: {}, nodeVersion: '24' };
    const self = { execPath: '', script: '', onExit: () => {} };
    await runProgram([name, '--help'], { ...io, signal: new AbortController().signal, self } as never);
    helps.set(name, text);
  }
});

/** What a command line of ours asks for that there is not. */
function unknownIn(line: string): readonly string[] {
  const ours = [...line.matchAll(/(?:^|[|;(]\s*)meshladder (\S+)([^|;]*)/g)];
  return ours.flatMap(([, name = '', rest = '']) => {
    const help = helps.get(name);
    if (help === undefined) return [`meshladder ${name}`];
    const flags = [...rest.matchAll(/(?<=\s)(--[a-z-]+|-[a-z])(?=[\s=]|$)/g)].map(([, flag]) => flag ?? '');
    const known = (flag: string): boolean => new RegExp(`(^|[\\s,])${flag}([\\s,=]|$)`, 'm').test(help);
    return flags.filter((flag) => !known(flag)).map((flag) => `meshladder ${name} ${flag}`);
  });
}

test('every alert has a runbook, and no runbook is of an alert that is gone', () => {
  const there = readdirSync(FOLDER).map((file) => file.replace(/\.md$/, ''));
  assert.deepEqual(there.filter((name) => name !== 'README').toSorted(), [...NAMES].toSorted());
});

test('an alert without a runbook of its own is named on the page that it shares, and asks for no more than that says', () => {
  for (const { alert } of ALERTS.filter((each) => !OWN.includes(each))) {
    const owner = OWN.find((each) => each.alert.name === alert.runbook)?.alert;
    assert.ok(owner !== undefined, `${alert.name} shares ${alert.runbook}, which is none`);
    assert.ok(read(owner.name).text.includes(`\`${alert.name}\``), `${owner.name}.md does not name ${alert.name}`);
    assert.deepEqual(alert.thresholds, owner.thresholds, alert.name);
    assert.deepEqual([alert.for, alert.severity], [owner.for, owner.severity], alert.name);
  }
});

for (const { id, alert } of OWN) {
  describe(`${alert.name}.md`, () => {
    test('says in its head what it is about, and has every section in order', () => {
      const { front, title, sections } = read(alert.name);
      const rung = LADDER.find((each) => each.id === id);
      assert.deepEqual(front, {
        alert: alert.name,
        severity: alert.severity,
        rung: rung === undefined ? id : `${rung.number} ${id}`,
        since: front['since'],
      });
      assert.match(String(front['since']), /^\d+\.\d+\.\d+$/);
      assert.equal(title, alert.name);
      assert.deepEqual([...sections.keys()], SECTIONS);
      for (const [name, text] of sections) assert.ok(text.trim().length > 20, `${name} says nothing`);
    });

    test('gives each threshold with its default, and how long it must hold', () => {
      const fires = read(alert.name).sections.get('When it fires') ?? '';
      for (const [name, { value }] of Object.entries(alert.thresholds)) {
        assert.match(fires, new RegExp(`\`${name}\`[^\\n]*\\b${String(value).replace('.', '\\.')}\\b`), name);
      }
      assert.ok(fires.includes(`\`${alert.for}\``), `for: ${alert.for}`);
    });

    test('leads step by step: a command, what healthy looks like, and what a bad answer means', () => {
      const diagnosis = read(alert.name).sections.get('Diagnosis') ?? '';
      const steps = diagnosis.split(/^(?=\d+\. )/m).filter((step) => /^\d+\. /.test(step));
      assert.ok(steps.length >= 3, `${steps.length} steps`);
      for (const step of steps) {
        const [first = ''] = step.split('\n');
        assert.match(step, /```/, first);
        assert.match(step, /\*\*Healthy:\*\*/, first);
        assert.match(step, /\*\*Unhealthy:\*\*/, first);
      }
      const commands = commandsIn(diagnosis);
      assert.ok(
        commands.some((line) => line.startsWith('meshladder ')),
        'a meshladder command',
      );
      assert.ok(
        commands.some((line) => /^(istioctl|kubectl) /.test(line)),
        'an istioctl or kubectl command',
      );
    });

    test('names only commands, flags, metrics and runbooks that there are', () => {
      const { text, sections } = read(alert.name);
      assert.deepEqual(commandsIn(text).flatMap(unknownIn), []);
      const metrics = [...text.matchAll(/\b(?:[a-z_]+:)?meshladder_[a-z_]+(?::[a-z0-9_]+)?/g)].map(([name]) => name);
      assert.deepEqual(
        metrics.filter((name) => !METRICS.has(name)),
        [],
      );
      const links = [...text.matchAll(/\]\((\w+)\.md/g)].map(([, name]) => name ?? '');
      assert.deepEqual(
        links.filter((name) => name !== 'README' && !NAMES.has(name)),
        [],
      );
      assert.ok(links.length > 0, 'Related links to another runbook');
      const gone = commandsIn(sections.get('Check that it is gone') ?? '');
      assert.ok(gone.length > 0, 'a command or query that shows that it is gone');
    });

    test('has only commands and queries that answer in any mesh, or are obviously to be filled in', () => {
      const { text, sections } = read(alert.name);
      assert.deepEqual(riskyTogether(text), [], 'ask for one kind at a time');
      assert.deepEqual(execsInVain(text), [], 'the image may not have it: say so, and what else to do');
      assert.deepEqual(namesOfAnotherMesh(text), [], 'write NAMESPACE');
      assert.deepEqual(notOfTheExporter(sections.get('Diagnosis') ?? ''), [], 'ask the exporter: --server');
    });

    test('is read in two minutes', () => {
      const lines = read(alert.name).text.split('\n').length;
      assert.ok(lines <= 160, `${lines} lines`);
    });
  });
}

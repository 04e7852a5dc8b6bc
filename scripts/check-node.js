// Plain JavaScript on purpose: an older Node must be able to read it and say what is missing.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`meshladder needs Node 24, this is Node ${process.versions.node}: Node 24 is not on PATH.
Run \`npm ci\`, which brings Node 24 along for npm scripts (not with \`--ignore-scripts\`), or install Node 24.`);
  process.exit(1);
}

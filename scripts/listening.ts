/**
 * The address that a program says it listens at, as a URL. Goes on reading, so that the program never waits for a reader.
 * @param stderr where it logs JSON
 */
export async function listening(stderr: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
    const address = /"address":"([^"]+)"/.exec(said)?.[1];
    if (address !== undefined) resolve(`http://${address}`);
  });
  stderr.on('end', () => reject(new Error(`it ended:\n${said}`)));
  return promise;
}

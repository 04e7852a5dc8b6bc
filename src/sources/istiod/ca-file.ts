import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { invalid } from './ask-error.ts';

/**
 * The authority that signs istiod's certificate, in PEM, read anew each time: a mesh may change it.
 * @throws AskError `invalid` where the file cannot be read or holds no certificate
 */
export async function readCa(file: string): Promise<Buffer> {
  return checkCa(await readBytes(file), `the CA file ${file} holds no certificate in PEM; ${REMEDY}`);
}

/** @throws AskError `invalid` in these words where it is no certificate in PEM */
export function checkCa(pem: Buffer, otherwise: string): Buffer {
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw invalid(otherwise);
  }
}

const REMEDY = 'mount the ConfigMap istio-ca-root-cert, key root-cert.pem';

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw invalid(`cannot read the CA file ${file} (${code}): ${REMEDY}`);
  }
}

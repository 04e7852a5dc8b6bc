import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isInCidr } from '../../src/model/cidr.ts';

const CASES: readonly (readonly [ip: string, cidr: string, inside: boolean])[] = [
  ['10.0.0.1', '10.0.0.0/8', true],
  ['11.0.0.1', '10.0.0.0/8', false],
  ['10.0.0.127', '10.0.0.0/25', true],
  ['10.0.0.128', '10.0.0.0/25', false],
  ['10.0.0.5', '10.0.0.5/32', true],
  ['10.0.0.4', '10.0.0.5/32', false],
  ['192.168.1.1', '0.0.0.0/0', true],
  ['255.255.255.255', '128.0.0.0/1', true],
  ['10.0.0.9', '10.0.0.77/24', true],
  ['fd00::1', 'fd00::/8', true],
  ['fe80::1', 'fd00::/8', false],
  ['2001:db8::ffff', '2001:db8::/112', true],
  ['2001:db8::1:0', '2001:db8::/112', false],
  ['::1', '::/0', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.0/104', true],
  ['10.0.0.1', '::/0', false],
  ['::1', '0.0.0.0/0', false],
  ['10.0.0.1', '10.0.0.0', false],
  ['10.0.0.1', '10.0.0.0/33', false],
  ['10.0.0.1', '10.0.0.0/-1', false],
  ['10.0.0.1', '10.0.0.0/', false],
  ['10.0.0.1', '10.0.0/8', false],
  ['10.0.0.256', '10.0.0.0/8', false],
  ['010.0.0.1', '10.0.0.0/8', false],
  ['', '', false],
  ['1::2::3', '::/0', false],
  ['12345::', '::/0', false],
  ['1:2:3:4:5:6:7', '::/0', false],
  ['1:2:3:4:5:6:7:8:9', '::/0', false],
  ['1:2:3:4:5:6:7::', '::/0', true],
];

for (const [ip, cidr, inside] of CASES) {
  test(`${ip} in ${cidr}: ${inside}`, () => assert.equal(isInCidr(ip, cidr), inside));
}

test("agrees with Node's own block list on every address and block", () => {
  const v4 = fc.ipV4().filter((ip) => !/(^|\.)0\d/.test(ip));
  const near = (ip: string): string[] => [ip, ip.replace(/[0-9a-f]$/i, '1')];
  const check = (family: 'ipv4' | 'ipv6') => (ip: string, base: string, length: number) => {
    const peer = new BlockList();
    peer.addSubnet(base, length, family);
    for (const address of [...near(ip), ...near(base)].filter(isIP)) {
      assert.equal(
        isInCidr(address, `${base}/${length}`),
        peer.check(address, family),
        `${address} in ${base}/${length}`,
      );
    }
  };
  fc.assert(fc.property(v4, v4, fc.nat(32), check('ipv4')));
  fc.assert(fc.property(fc.ipV6(), fc.ipV6(), fc.nat(128), check('ipv6')));
});

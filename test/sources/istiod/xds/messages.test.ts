import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { discoveryResponse } from '../../../../src/demo/istiod/xds-wire.ts';
import { eachField, readResponse, readStruct } from '../../../../src/sources/istiod/xds/messages.ts';

test('what was written is read: type, resources without their wrapping, who answers', () => {
  const resource = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.string(), fc.array(resource, { maxLength: 6 }), fc.option(fc.string()), (typeUrl, values, who) => {
      const read = readResponse(discoveryResponse(typeUrl, values, who ?? undefined));
      assert.deepEqual([read.typeUrl, read.controlPlane], [typeUrl, who ?? undefined]);
      assert.deepEqual(
        read.resources.map((bytes) => [...bytes]),
        values.map((bytes) => [...bytes]),
      );
    }),
  );
});

test('whatever the bytes, it ends, and holds no more than it was given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        const { resources } = readResponse(bytes);
        assert.ok(resources.reduce((sum, { length }) => sum + length, 0) <= bytes.length);
        assert.ok(readStruct(bytes).size <= bytes.length);
      } catch (error) {
        assert.ok(error instanceof Error && error.name !== 'AssertionError', String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('a message of endless fields is given up', () => {
  const endless = Buffer.alloc(2 << 20, Buffer.from([0x78, 0x01]));
  let fields = 0;
  assert.throws(
    () =>
      eachField(endless, () => {
        fields++;
        return false;
      }),
    /more than 110000 fields/,
  );
  assert.equal(fields, 110_000);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

/** Code of the page, which is checked by itself: what of it needs no browser. */
interface Place {
  readonly view: string;
  readonly names: readonly string[];
}
const CLIENT = '../../../../src/sinks/http/page/client';
const { placeOf, podOf } = (await import(`${CLIENT}/place.js`)) as {
  placeOf(hash: string): Place;
  podOf(place: Place): unknown;
};
const { createProxyView } = (await import(`${CLIENT}/view-proxy.js`)) as {
  createProxyView(): { title(place: Place): string; needs(place: Place): readonly string[] };
};

const PODS: readonly (readonly [hash: string, namespace: string, name: string])[] = [
  ['#/proxy/payment/checkout-v1', 'payment', 'checkout-v1'],
  ['#/proxy/payment/checkout.v1', 'payment', 'checkout.v1'],
  ['#/proxy/checkout-v1.payment', 'payment', 'checkout-v1'],
  ['#/proxy/checkout.v1.payment', 'payment', 'checkout.v1'],
  ['#/proxy/checkout-v1.payment/', 'payment', 'checkout-v1'],
  ['#/proxy/payment', 'payment', ''],
  ['#/proxy/.payment', 'payment', ''],
  ['#/proxy', '', ''],
];

describe('the pod that an address of the page names', () => {
  for (const [hash, namespace, name] of PODS) {
    test(hash, () => assert.deepEqual(podOf(placeOf(hash)), { namespace, name }));
  }
});

test('both spellings of a proxy show the same, and half of one asks for nothing', () => {
  const view = createProxyView();
  const [long, dotted, half] = ['#/proxy/payment/cart-1', '#/proxy/cart-1.payment', '#/proxy/payment'].map(placeOf);
  assert.ok(long !== undefined && dotted !== undefined && half !== undefined);
  assert.deepEqual(view.needs(dotted), view.needs(long));
  assert.equal(view.needs(dotted)[0], 'api/v1/ladder?namespace=payment&pod=cart-1');
  assert.deepEqual([view.title(dotted), view.title(half)], ['cart-1.payment', 'Proxy']);
  assert.deepEqual(view.needs(half), []);
});

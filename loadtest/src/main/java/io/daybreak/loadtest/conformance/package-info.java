/**
 * A conformance run: an acquirer that certifies its link. Each case names the rules of docs/iso8583.md that it tests, sends real
 * messages to a switch of which nothing is known but its address, and checks the answers field by field and the money by balance
 * enquiries. One thread; cases run one after the other, each with wallets and references of its own.
 */
package io.daybreak.loadtest.conformance;

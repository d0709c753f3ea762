/**
 * The ways to issuers: routes, links and their health, requests that wait for an answer, store-and-forward, stand-in.
 * Knows nothing of money: it tells {@link io.daybreak.routing.IssuerOutcomes} what became of a message, and the payments
 * decide what that means. Part of the state machine; ledger thread only.
 */
package io.daybreak.routing;

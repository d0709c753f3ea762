/**
 * Wallets, the cards that draw on them, and the keys that their tokens were made with. Pure: no clock, no randomness,
 * no thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.card;

/**
 * Merchants, billers among them, their terminals, and what they pay for a payment. Pure: no clock, no randomness, no
 * thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.merchant;

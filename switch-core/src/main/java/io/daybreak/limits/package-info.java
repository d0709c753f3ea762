/**
 * Limits of wallets: tiers as rows by channel, what has been used of them by day, month and year, and balance ceilings.
 * Pure: no clock, no randomness, no thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.limits;

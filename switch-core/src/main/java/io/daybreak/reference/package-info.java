/**
 * What all tables of reference data share: records that the operator puts whole, each kept as the very block that put
 * it. Pure: no clock, no randomness, no thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.reference;

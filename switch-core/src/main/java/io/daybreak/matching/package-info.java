/**
 * Matching of requests with what came before them. Here: the memory of transfer ids, which gives a repeat its first
 * outcome. Pure: no clock, no randomness, no thread. Owned by the ledger thread (at recovery by the thread that
 * replays).
 */
package io.daybreak.matching;

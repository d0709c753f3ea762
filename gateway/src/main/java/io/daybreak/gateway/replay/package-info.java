/**
 * The journal read again, beside a running switch or without one, and without changing it: verify, dump, explain, balances and statements as of
 * any instant, what-if, receipts. Everything but the dump executes the journal again with the state machine that made it; nothing is guessed from
 * logs. docs/replay.md. One thread, the caller's; prints nothing itself.
 */
package io.daybreak.gateway.replay;

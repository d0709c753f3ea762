/** Deadlines in a total order: deadline, then sequence. Pure; ledger thread. */
package io.daybreak.deadline;

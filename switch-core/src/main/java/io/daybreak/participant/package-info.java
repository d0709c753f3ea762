/** Participants, their roles, and what they were granted. Pure; ledger thread. */
package io.daybreak.participant;

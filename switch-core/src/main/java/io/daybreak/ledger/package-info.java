/**
 * Accounts, transfers, holds and their postings; what is remembered of them; conservation. Pure; ledger thread.
 */
package io.daybreak.ledger;

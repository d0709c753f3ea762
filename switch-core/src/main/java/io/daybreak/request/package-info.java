/** Requests of acquirers as the state machine reads them: flyweights over the ring's bodies. Ledger thread only. */
package io.daybreak.request;

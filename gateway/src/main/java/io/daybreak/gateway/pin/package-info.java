/**
 * PINs: the port behind which a security module stands, and a stand-in in software that is for demonstrations only. Called by
 * event loops.
 */
package io.daybreak.gateway.pin;

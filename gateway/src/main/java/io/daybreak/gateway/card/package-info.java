/**
 * What becomes of card numbers at the switch's border: a keyed token and the BIN go on, the number itself does not.
 * Keys are shared and immutable; what tokenises belongs to one event loop's thread.
 */
package io.daybreak.gateway.card;

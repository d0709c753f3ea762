/**
 * Card numbers without text: check digit, masked form, and the keyed token that stands for a number inside the switch. A card
 * number is never made into a String, so that none can wait in the heap or reach a log.
 */
package io.daybreak.iso8583.card;

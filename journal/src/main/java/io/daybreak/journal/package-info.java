/**
 * The journal's front: settings, opening with recovery, and the failures that a launcher tells apart. What lies below
 * is one job a package: {@code format}, {@code directory}, {@code append}, {@code replay}. Chronicle's types stay
 * inside this module.
 */
package io.daybreak.journal;

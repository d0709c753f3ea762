/**
 * Keys of the journal and AES-256-GCM: what makes payloads and snapshots unreadable for who has the files alone. Knows bytes and keys, no form of the
 * journal and no file; which bytes are encrypted with which nonce is said where they are written.
 */
package io.daybreak.journal.cipher;

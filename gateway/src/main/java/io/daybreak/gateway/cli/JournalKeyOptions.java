package io.daybreak.gateway.cli;

import io.daybreak.gateway.key.JournalKeys;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.journal.cipher.Keyring;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/** Where a command finds the keys of an encrypted journal that it reads. */
final class JournalKeyOptions {
    @Option(names = "--journal-key-file", paramLabel = "FILE",
        description = "Keys of an encrypted journal, as in journal.key-file of the server; without it those of the environment's DAYBREAK_JOURNAL_KEYS.")
    private Path file;

    /** Gives them to whatever reads a journal in this process. */
    void use() throws KeyFileException {
        Keyring.useForProcess(JournalKeys.read(file, JournalKeys.Encryption.OFF, System.getenv()));
    }
}

package io.daybreak.journal.replicate;

import io.daybreak.journal.EncryptedByDefault;
import org.junit.jupiter.api.extension.ExtendWith;

/** All of {@link ReplicationTest} with payloads encrypted: entries travel as they are stored. */
@ExtendWith(EncryptedByDefault.class)
class EncryptedReplicationTest extends ReplicationTest {
}

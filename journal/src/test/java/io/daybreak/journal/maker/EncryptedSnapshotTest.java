package io.daybreak.journal.maker;

import io.daybreak.journal.EncryptedByDefault;
import org.junit.jupiter.api.extension.ExtendWith;

/** All of {@link SnapshotTest} with journal and snapshots encrypted. */
@ExtendWith(EncryptedByDefault.class)
class EncryptedSnapshotTest extends SnapshotTest {
}

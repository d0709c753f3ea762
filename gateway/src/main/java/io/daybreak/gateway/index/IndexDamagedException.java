package io.daybreak.gateway.index;

import java.io.IOException;
import java.nio.file.Path;

/** A file of the index is not what was written. The journal is not concerned: delete the index and build it again. */
public final class IndexDamagedException extends IOException {
    private static final long serialVersionUID = 1;

    IndexDamagedException(final Path file) {
        super(file + " is damaged, or of another index; delete the directory's " + Segment.SUFFIX + " files and build the index again");
    }
}

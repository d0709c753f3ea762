package io.daybreak.gateway.setup;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.ReferencePage;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/** Reads the records that a switch holds. Static. */
final class Records {
    private Records() {
    }

    /**
     * All records of a section, in the switch's order; none of a kind that it does not know.
     *
     * @throws SetupException if it does not tell them to this participant
     */
    static List<UnsafeBuffer> fetch(final DaybreakClient client, final Section section) throws SetupException {
        final List<UnsafeBuffer> records = new ArrayList<>();
        long cursor = 0;
        do {
            final ReferencePage page = client.reference(section.templateId(), cursor, Limits.MAX_PAGE);
            if (page.result() == Result.MALFORMED_COMMAND) {
                return List.of();
            }
            if (page.result() != Result.OK) {
                throw new SetupException(section.name() + " cannot be read: " + Result.name(page.result()));
            }
            records.addAll(page.messages());
            cursor = page.nextCursor();
        } while (cursor != 0);
        return records;
    }
}

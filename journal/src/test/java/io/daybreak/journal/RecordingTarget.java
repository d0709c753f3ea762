package io.daybreak.journal;

import java.util.ArrayList;
import java.util.List;

import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;

/** Keeps what it is told: entries as text lines that can be compared. */
public final class RecordingTarget implements ReplayTarget {
    public final List<String> lines = new ArrayList<>();
    public long commands;
    private StringBuilder line;

    @Override
    public void onEntry(final long firstSequence, final int count, final long timestampNs) {
        line = new StringBuilder().append(firstSequence).append('+').append(count).append('@').append(timestampNs);
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        commands++;
        line.append('|').append(templateId).append(',').append(participantId).append(',').append(result).append(',');
        for (int i = 0; i < length; i++) {
            line.append(Character.forDigit(command.getByte(offset + i) >> 4 & 15, 16)).append(Character.forDigit(command.getByte(offset + i) & 15, 16));
        }
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        lines.add(line.append('#').append(stateDigest).toString());
    }
}

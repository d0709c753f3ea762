package io.daybreak.gateway.setup;

import io.daybreak.protocol.codec.PutZoneDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;

/**
 * A zone's offset and changes. They follow from its IANA name by the tables of this machine, from the beginning of last
 * year on, as many as a record holds; or the file gives them: {@code changes: ["480", "2027-03-28T01:00:00Z 120"]}, the
 * offset in minutes first, then what changes when. Told in that form only if the tables say something else.
 */
final class ZoneField extends Field {
    private static final int OFFSET = PutZoneDecoder.offsetMinutesEncodingOffset();
    private static final int COUNT = PutZoneDecoder.changeCountEncodingOffset();
    private static final int AT = PutZoneDecoder.changeAtMinutesEncodingOffset();
    private static final int TO = PutZoneDecoder.changeToMinutesEncodingOffset();
    private static final int MOST = 16;
    private static final String BY_NAME = "by-name";

    private final Instant from;

    /** @param today decides which years the changes are of */
    ZoneField(final LocalDate today) {
        super("changes", OFFSET, 0, BY_NAME);
        from = LocalDate.of(today.getYear() - 1, 1, 1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    @Override
    void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
        final List<Node> items = node.requireItems(name);
        if (items.size() == 1 && BY_NAME.equals(items.get(0).text())) {
            final ZoneId zone = zone(message, block);
            if (zone == null) {
                throw new SetupException(node, "no time zone of this name is known here, such as Europe/Paris; give its changes");
            }
            byName(zone, message, block);
            return;
        }
        if (items.isEmpty() || items.size() > MOST + 1) {
            throw new SetupException(node, "changes are the first offset and at most " + MOST + " changes");
        }
        try {
            put(message, block + OFFSET, 2, Short.parseShort(items.get(0).requireText(name)));
            put(message, block + COUNT, 2, items.size() - 1);
            for (int i = 1; i < items.size(); i++) {
                final String[] parts = items.get(i).requireText(name).split(" ");
                put(message, block + AT + (i - 1) * 4, 4, Instant.parse(parts[0]).getEpochSecond() / 60);
                put(message, block + TO + (i - 1) * 2, 2, Short.parseShort(parts[1]));
            }
        } catch (final NumberFormatException | DateTimeException | ArrayIndexOutOfBoundsException ex) {
            throw new SetupException(node, "changes are an offset in minutes, then \"2027-03-28T01:00:00Z 120\"");
        }
    }

    /** The zone that the name field, which is written first, names; null if this machine knows none. */
    private static ZoneId zone(final DirectBuffer message, final int block) {
        final String name = (String) Section.ZONE_NAME.read(message, block);
        return name.isEmpty() || !ZoneId.getAvailableZoneIds().contains(name) ? null : ZoneId.of(name);
    }

    private void byName(final ZoneId zone, final MutableDirectBuffer message, final int block) {
        message.setMemory(block + AT, MOST * 6, (byte) 0);
        put(message, block + OFFSET, 2, zone.getRules().getOffset(from).getTotalSeconds() / 60);
        int count = 0;
        ZoneOffsetTransition next = zone.getRules().nextTransition(from);
        while (next != null && count < MOST) {
            put(message, block + AT + count * 4, 4, next.toEpochSecond() / 60);
            put(message, block + TO + count * 2, 2, next.getOffsetAfter().getTotalSeconds() / 60);
            count++;
            next = zone.getRules().nextTransition(next.getInstant());
        }
        put(message, block + COUNT, 2, count);
    }

    @Override
    Object read(final DirectBuffer message, final int block) {
        final ZoneId zone = zone(message, block);
        if (zone != null) {
            final byte[] copy = new byte[PutZoneDecoder.BLOCK_LENGTH];
            message.getBytes(block, copy);
            final MutableDirectBuffer expected = new org.agrona.concurrent.UnsafeBuffer(copy.clone());
            byName(zone, expected, 0);
            if (java.util.Arrays.equals(copy, expected.byteArray())) {
                return BY_NAME;
            }
        }
        final List<String> changes = new ArrayList<>();
        changes.add(String.valueOf((short) get(message, block + OFFSET, 2)));
        for (int i = 0; i < get(message, block + COUNT, 2); i++) {
            changes.add(Instant.ofEpochSecond(get(message, block + AT + i * 4, 4) * 60) + " " + (short) get(message, block + TO + i * 2, 2));
        }
        return changes;
    }
}

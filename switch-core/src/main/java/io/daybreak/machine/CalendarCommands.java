package io.daybreak.machine;

import io.daybreak.acquirer.Institutions;
import io.daybreak.calendar.BusinessDays;
import io.daybreak.calendar.Dates;
import io.daybreak.calendar.Zones;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutZoneDecoder;
import io.daybreak.reference.Texts;
import org.agrona.DirectBuffer;

import static io.daybreak.machine.PaymentAdministration.UNCHANGED;
import static io.daybreak.machine.PaymentAdministration.isStatus;

/**
 * Puts zones and groups of business days, and opens a business date by command. docs/native-protocol.md,
 * "Administration of payments". Ledger thread only.
 */
final class CalendarCommands {
    private static final int MINUTES_PER_DAY = 1_440;
    private static final long MAX_GRACE_MS = 7L * 24 * 60 * 60 * 1_000;

    private final ReferenceData data;
    private final AccountsView accounts;
    private final Administration administration;
    private final PutZoneDecoder zone = new PutZoneDecoder();
    private final PutDayGroupDecoder group = new PutDayGroupDecoder();
    private final CutOverDecoder cutOver = new CutOverDecoder();

    CalendarCommands(final ReferenceData data, final AccountsView accounts, final Administration administration) {
        this.data = data;
        this.accounts = accounts;
        this.administration = administration;
    }

    int putZone(final DirectBuffer command, final int offset) {
        zone.wrap(command, offset, PutZoneDecoder.BLOCK_LENGTH, PutZoneDecoder.SCHEMA_VERSION);
        final int id = zone.zoneId();
        if (id == Zones.UTC || id > Zones.MAX_ID) {
            return Result.RECORD_INVALID;
        }
        if (zone.status() == RecordStatus.REMOVED) {
            return data.zones.remove(id, 0) ? Result.OK : UNCHANGED;
        }
        if (!isZone(command, offset)) {
            return Result.RECORD_INVALID;
        }
        if (!data.zones.put(id, command, offset)) {
            return UNCHANGED;
        }
        data.businessDays.zoneChanged(id);
        return Result.OK;
    }

    private boolean isZone(final DirectBuffer command, final int offset) {
        final int count = zone.changeCount();
        if (!isStatus(zone.status()) || count > Zones.MAX_CHANGES || !isOffset(zone.offsetMinutes())
            || !Texts.isName(command, offset + PutZoneDecoder.nameEncodingOffset(), PutZoneDecoder.nameLength())) {
            return false;
        }
        for (int i = 0; i < Zones.MAX_CHANGES; i++) {
            final long at = zone.changeAtMinutes(i);
            final boolean fits = i < count
                ? isOffset(zone.changeToMinutes(i)) && (i == 0 || at > zone.changeAtMinutes(i - 1))
                : at == 0 && zone.changeToMinutes(i) == 0;
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOffset(final int minutes) {
        return minutes >= -Zones.MAX_OFFSET && minutes <= Zones.MAX_OFFSET;
    }

    int putDayGroup(final DirectBuffer command, final int offset, final long nowNs) {
        group.wrap(command, offset, PutDayGroupDecoder.BLOCK_LENGTH, PutDayGroupDecoder.SCHEMA_VERSION);
        if (group.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int id = group.dayGroup();
        final BusinessDays days = data.businessDays;
        if (group.status() == RecordStatus.REMOVED) {
            return days.isKnown(id) && days.remove(id, 0) ? Result.OK : UNCHANGED;
        }
        final boolean isMinute = group.cutOverMinute() < MINUTES_PER_DAY || group.cutOverMinute() == BusinessDays.ONLY_BY_COMMAND;
        final boolean isFirstDate = group.firstDate() == 0 || Dates.isDate(group.firstDate());
        if (id < 1 || id > BusinessDays.MAX_ID || !isStatus(group.status()) || !isMinute || !isFirstDate
            || group.graceMs() < 0 || group.graceMs() > MAX_GRACE_MS) {
            return Result.RECORD_INVALID;
        }
        if (!accounts.isZone(group.zoneId())) {
            return Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
        }
        return days.put(id, command, offset, nowNs) ? Result.OK : UNCHANGED;
    }

    /**
     * Opens a date at once. The operator, or the participant that speaks for an institution with the right to; a peer
     * must name the date, for its notice may come twice.
     */
    int cutOver(final int participantId, final DirectBuffer command, final int offset, final long nowNs) {
        cutOver.wrap(command, offset, CutOverDecoder.BLOCK_LENGTH, CutOverDecoder.SCHEMA_VERSION);
        if (cutOver.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final long number = cutOver.institution();
        final int slot = number == 0 ? Institutions.NOT_FOUND : data.institutions.find(number);
        if (number == 0) {
            final int allowed = administration.checkOperator(participantId);
            if (allowed != Result.OK) {
                return allowed;
            }
        } else if (!isGranted(participantId, slot)) {
            return Result.NOT_GRANTED;
        }
        final BusinessDays days = data.businessDays;
        final int id = cutOver.dayGroup();
        final long named = cutOver.newDate();
        if (named == 0 && number != 0 || named != 0 && !Dates.isDate(named)) {
            return Result.RECORD_INVALID;
        }
        if (!days.isKnown(id)) {
            return Result.RECORD_NOT_FOUND;
        }
        final int open = days.openDate(id);
        final int date = named == 0 ? Dates.next(open) : (int) named;
        if (date == open) {
            return UNCHANGED;
        }
        if (number != 0 && date != Dates.next(open)) {
            // A peer's date is its word for the whole group: a wrong one could not be taken back.
            return Result.BUSINESS_DATE_WOULD_GO_BACK;
        }
        if (date > Dates.LAST || Dates.toEpochDay(date) - Dates.toEpochDay(open) > BusinessDays.MOST_DAYS_AHEAD) {
            return Result.RECORD_INVALID;
        }
        if (date < open) {
            return Result.BUSINESS_DATE_WOULD_GO_BACK;
        }
        days.cutOver(id, date, nowNs);
        return Result.OK;
    }

    private boolean isGranted(final int participantId, final int slot) {
        return slot != Institutions.NOT_FOUND
            && (participantId == Participants.SYSTEM || data.institutions.participantId(slot) == participantId)
            && data.institutions.status(slot) == RecordStatus.ACTIVE
            && (data.institutions.rights(slot) & InstitutionRights.CUT_OVER) != 0
            && data.institutions.dayGroup(slot) == cutOver.dayGroup();
    }
}

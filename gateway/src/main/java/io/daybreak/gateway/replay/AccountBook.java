package io.daybreak.gateway.replay;

import io.daybreak.ledger.LedgerView;
import io.daybreak.ledger.LedgerView.Account;
import io.daybreak.ledger.LedgerView.Leg;
import io.daybreak.protocol.TransferFlags;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An account as of any instant that the journal has, and what moved on it between two, by executing the journal again. As of a time is: after the last
 * command stamped at or before it. One thread.
 */
public final class AccountBook implements Watcher {
    /** Lines of one statement, at most: beyond it a shorter span has to be asked for. */
    public static final int MOST_LINES = 1_000_000;

    private final long accountId;
    private final Moment from;
    private final Moment to;
    private final List<Line> lines = new ArrayList<>();
    private Rerun rerun;
    private Account opening;
    private Account closing;
    private boolean isBegun;
    private boolean isOver;
    private long legsSeen;
    private long asOfSequence;
    private long asOfNs;
    private boolean isTooLong;

    private record Line(long sequence, long timestampNs, Leg leg, long balance, long available) {
    }

    private AccountBook(final long accountId, final Moment from, final Moment to) {
        this.accountId = accountId;
        this.from = from;
        this.to = to;
    }

    /** The account as of an instant. */
    public static Map<String, Object> balance(final Path data, final long accountId, final Moment at) throws IOException, ReplayException {
        final AccountBook book = new AccountBook(accountId, null, at);
        book.run(data);
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("account", accountId);
        map.put("as-of-sequence", book.asOfSequence);
        map.put("as-of-time", Moment.text(book.asOfNs));
        sums(map, "", book.closing);
        return map;
    }

    private static void sums(final Map<String, Object> map, final String prefix, final Account account) {
        map.put(prefix + "balance", new Amount(account.balance(), account.ledger()));
        map.put(prefix + "held", new Amount(account.debitsPending(), account.ledger()));
        map.put(prefix + "available", new Amount(account.available(), account.ledger()));
        map.put(prefix + "incoming-holds", new Amount(account.creditsPending(), account.ledger()));
    }

    /** What moved on the account from an instant on, up to another, both inclusive. */
    public static Map<String, Object> statement(final Path data, final long accountId, final Moment from, final Moment to)
        throws IOException, ReplayException {
        final AccountBook book = new AccountBook(accountId, from, to);
        book.run(data);
        if (book.isTooLong) {
            throw ReplayException.usage("more than " + MOST_LINES + " movements: ask for a shorter span");
        }
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("account", accountId);
        map.put("as-of-sequence", book.asOfSequence);
        map.put("as-of-time", Moment.text(book.asOfNs));
        final int ledger = book.closing.ledger();
        map.put("opening-balance", new Amount(book.opening == null ? 0 : book.opening.balance(), ledger));
        final List<Map<String, Object>> lines = new ArrayList<>();
        for (final Line line : book.lines) {
            lines.add(book.line(line, ledger));
        }
        map.put("lines", lines);
        sums(map, "closing-", book.closing);
        return map;
    }

    private Map<String, Object> line(final Line line, final int ledger) {
        final boolean isDebit = line.leg.debitAccountId() == accountId;
        final Map<String, Object> map = Story.leg(line.leg);
        final Map<String, Object> told = new LinkedHashMap<>();
        told.put("sequence", line.sequence);
        told.put("time", Moment.text(line.timestampNs));
        told.put("kind", map.get("kind"));
        told.put("side", isDebit ? "debit" : "credit");
        told.put("other-account", isDebit ? line.leg.creditAccountId() : line.leg.debitAccountId());
        told.put("amount", new Amount(line.leg.amountMinor(), ledger));
        told.put("balance", new Amount(line.balance, ledger));
        told.put("available", new Amount(line.available, ledger));
        told.put("transfer", Commands.id(line.leg.idHi(), line.leg.idLo()));
        return told;
    }

    private void run(final Path data) throws IOException, ReplayException {
        if (from != null && from.isSequence() == to.isSequence() && (from.isSequence() ? from.sequence() > to.sequence() : from.ns() > to.ns())) {
            throw ReplayException.usage("the span ends before it begins: " + from + ", " + to);
        }
        try (Rerun opened = Rerun.openBefore(data, from == null ? to : from)) {
            rerun = opened;
            rerun.watch(this);
            boolean any = rerun.start().entryNumber() > 0;
            while (!isOver && rerun.next()) {
                if (!any && !to.isSequence() && rerun.journal().timestampNs() > to.ns()) {
                    throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal begins at " + Moment.text(rerun.journal().timestampNs())
                        + ", after " + to);
                }
                any = true;
            }
            if (!any) {
                throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal is empty");
            }
            if (!isOver) {
                if (to.isSequence() && rerun.machine().lastSequence() < to.sequence()) {
                    throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal ends with sequence " + rerun.machine().lastSequence()
                        + " so far, before " + to);
                }
                close(rerun.machine().lastSequence(), rerun.machine().lastTimestampNs());
            }
        }
        if (closing == null) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "account " + accountId + " was not there at " + to);
        }
    }

    private void close(final long sequence, final long timestampNs) {
        if (!isOver) {
            isOver = true;
            closing = rerun.view().ledger().account(accountId);
            if (!isBegun) {
                // Nothing came at or behind the begin of the span.
                opening = closing;
            }
            asOfSequence = sequence;
            asOfNs = timestampNs;
        }
    }

    @Override
    public void beforeEntry(final long firstSequence, final long timestampNs) {
        if (!to.isSequence() && timestampNs > to.ns()) {
            close(rerun.machine().lastSequence(), rerun.machine().lastTimestampNs());
        }
        begin(firstSequence, timestampNs);
    }

    private void begin(final long sequence, final long timestampNs) {
        if (from != null && !isBegun && (from.isSequence() ? sequence >= from.sequence() : timestampNs >= from.ns())) {
            isBegun = true;
            opening = rerun.view().ledger().account(accountId);
            legsSeen = rerun.view().ledger().end();
        }
    }

    @Override
    public void afterDeadlines(final long lastSequence, final long timestampNs) {
        take(lastSequence, timestampNs);
    }

    @Override
    public void beforeCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                              final DirectBuffer command, final int offset, final int length) {
        begin(sequence, timestampNs);
    }

    @Override
    public void afterCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                             final DirectBuffer command, final int offset, final int length, final int result) {
        take(sequence, timestampNs);
        if (to.isSequence() && sequence == to.sequence()) {
            close(sequence, timestampNs);
        }
    }

    private void take(final long sequence, final long timestampNs) {
        if (!isBegun || isOver) {
            return;
        }
        final LedgerView ledger = rerun.view().ledger();
        // Of several movements at one command the last one tells the balance behind all of them.
        for (long place = legsSeen; place < ledger.end(); place++) {
            final Leg leg = ledger.leg(place);
            if (leg != null && (leg.debitAccountId() == accountId || leg.creditAccountId() == accountId)
                && (leg.flags() & TransferFlags.EXTEND) == 0) {
                final Account now = ledger.account(accountId);
                if (lines.size() < MOST_LINES) {
                    lines.add(new Line(sequence, timestampNs, leg, now.balance(), now.available()));
                } else {
                    isTooLong = true;
                }
            }
        }
        legsSeen = ledger.end();
    }
}

package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Turns the received bytes of one connection into commands in ring slots. A machine of two states: at the start of a
 * frame, or among the entries of a batch. It never waits for a whole batch: entries go into slots as they arrive, so a
 * frame of 786 KB needs no more memory than one of 120 bytes. Only a linked chain is gathered whole.
 * <p>
 * Rule: docs/native-protocol.md, "Frames" and "Linked chains". Event loop's thread only; allocates nothing.
 * <p>
 * Claims are made for runs: as many single transfers as stand complete in the read, or as many entries of a batch, cut
 * at a chain's border. A refused claim leaves the position where it was ({@link Progress#NEEDS_ROOM}); decoding again
 * from there is always safe, since nothing was published.
 */
final class RequestDecoder {
    /** Why decoding stopped. */
    enum Progress {
        /** What was received is used up but for the beginning of something; read more. */
        NEEDS_BYTES,
        /** The ring, the credit or the answer buffers are exhausted; try again when replies have gone out. */
        NEEDS_ROOM,
        /** Entries that the link answers itself wait until those before them are answered, so that answers keep the order. */
        NEEDS_ANSWERS,
        /** The session waits for something, or is over; the link knows. */
        STOPPED
    }

    private enum State { FRAME, ENTRIES }

    private final UnsafeBuffer view;
    private final DecoderPort port;
    private final CommandPublisher publisher;
    private final Admission admission;
    private final int maxFrameLength;
    private final int maxChain;
    private final int maxClaim;

    private boolean isSignedOn;
    private int participantId;
    private long linkId;

    private State state = State.FRAME;
    private Progress blockedBy;
    private long frames;

    // The batch whose entries are being read.
    private long correlationId;
    private int requestCount;
    private int nextIndex;
    private int entryLength;
    private int bodyTemplate;
    private boolean isSkippingChain;

    /**
     * @param view what the connection receives into; may be wrapped anew by its owner
     * @param maxFrameLength bytes without the prefix
     * @param maxChain members of a linked chain, at most {@link CommandPublisher#maxClaim()}
     */
    RequestDecoder(final UnsafeBuffer view, final DecoderPort port, final CommandPublisher publisher, final Admission admission,
                   final int maxFrameLength, final int maxChain) {
        this.view = view;
        this.port = port;
        this.publisher = publisher;
        this.admission = admission;
        this.maxFrameLength = maxFrameLength;
        this.maxChain = maxChain;
        this.maxClaim = publisher.maxClaim();
        if (maxChain > maxClaim) {
            throw new IllegalArgumentException("a chain of " + maxChain + " does not fit one claim of " + maxClaim);
        }
    }

    /** Requests are taken from now on, on behalf of this participant. */
    void signOn(final int newParticipantId, final long newLinkId) {
        participantId = newParticipantId;
        linkId = newLinkId;
        isSignedOn = true;
    }

    /** True between the first and the last byte of a batch. */
    boolean isAmongEntries() {
        return state == State.ENTRIES;
    }

    /** Frames decoded to their end. */
    long frames() {
        return frames;
    }

    /** Why the last {@link #decode} stopped. */
    Progress progress() {
        return blockedBy;
    }

    /**
     * Decodes what stands between the two offsets of the view.
     *
     * @return the offset of the first byte that was not used
     */
    int decode(final int from, final int to) {
        blockedBy = null;
        int position = from;
        do {
            position = state == State.ENTRIES ? decodeEntries(position, to) : decodeFrame(position, to);
        } while (blockedBy == null);
        return position;
    }

    private int decodeFrame(final int position, final int to) {
        final int available = to - position;
        if (isSignedOn && available >= Frames.SINGLE_FRAME && !admission.isShuttingDown()) {
            final int next = decodeSingles(position, available);
            if (next != position || blockedBy != null) {
                return next;
            }
        }
        if (available < Frames.PREFIX) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final int length = view.getInt(position, ByteOrder.LITTLE_ENDIAN);
        if (length <= 0 || length > (isSignedOn ? maxFrameLength : Frames.MAX_SIGN_ON_FRAME)) {
            return violation(position, LinkError.FRAME_LENGTH, 0, "frame length out of range");
        }
        if (length < Frames.HEADER) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame shorter than its header");
        }
        if (available < Frames.PREFIX + Frames.HEADER) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final int blockLength = unsignedShort(position + 4);
        final int templateId = unsignedShort(position + 6);
        if (unsignedShort(position + 8) != Frames.SCHEMA_ID || unsignedShort(position + 10) != Frames.SCHEMA_VERSION) {
            return violation(position, LinkError.UNSUPPORTED_VERSION, 0, "schema id or version not spoken here");
        }
        final Frames.Kind kind = Frames.kind(templateId);
        if (kind == Frames.Kind.UNKNOWN) {
            return violation(position, LinkError.UNKNOWN_TEMPLATE, 0, "template not known here");
        }
        if (blockLength != Frames.blockLength(templateId) || length < Frames.HEADER + blockLength) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "block length does not fit the template");
        }
        if (kind != Frames.Kind.SESSION && !isSignedOn) {
            return violation(position, LinkError.OUT_OF_ORDER, 0, "request before the session stands");
        }
        return switch (kind) {
            case BATCH -> beginBatch(position, available, length, templateId);
            case SESSION -> decodeSession(position, available, length, templateId);
            case QUERY_WITH_GROUP -> decodeLookup(position, available, length, templateId);
            case QUERY -> decodeQuery(position, available, length, templateId);
            case ADMINISTRATION -> decodeAdministration(position, available, length, templateId);
            case UNKNOWN -> throw new IllegalStateException();
        };
    }

    /**
     * The common case: frames of one unlinked transfer each, one behind the other. Published with one claim.
     *
     * @return {@code position} if the first frame is of another form
     */
    private int decodeSingles(final int position, final int available) {
        final int most = Math.min(Math.min(available / Frames.SINGLE_FRAME, maxClaim), port.credit());
        if (most <= 0) {
            return stop(position, Progress.NEEDS_ROOM);
        }
        int count = 0;
        int at = position;
        while (count < most && isSingle(at)) {
            at += Frames.SINGLE_FRAME;
            count++;
        }
        if (count == 0) {
            return position;
        }
        long first = publisher.tryClaim(count, CommandPublisher.NEW_REQUESTS);
        if (first == CommandPublisher.NOT_CLAIMED) {
            count = unitsThatFinish(position + Frames.BATCH_PREFACE, count, Frames.SINGLE_FRAME);
            first = count == 0 ? CommandPublisher.NOT_CLAIMED : publisher.tryClaim(count, CommandPublisher.FINISHING);
            if (first == CommandPublisher.NOT_CLAIMED) {
                return stop(position, Progress.NEEDS_ROOM);
            }
        }
        at = position;
        for (int i = 0; i < count; i++) {
            fillTransfer(publisher.slot(first + i), at + Frames.BATCH_PREFACE, view.getLong(at + 12), 0, 1);
            at += Frames.SINGLE_FRAME;
        }
        publisher.publish(first, first + count - 1);
        port.onPublished(count);
        frames += count;
        return at;
    }

    private boolean isSingle(final int at) {
        return view.getInt(at) == Frames.SINGLE_FRAME - Frames.PREFIX
            && view.getLong(at + 4) == Frames.SUBMIT_TRANSFERS_HEADER
            && view.getInt(at + 20) == Frames.GROUP_OF_ONE_TRANSFER
            && (flagsOf(at + Frames.BATCH_PREFACE) & TransferFlags.LINKED) == 0;
    }

    private int beginBatch(final int position, final int available, final int length, final int templateId) {
        if (length < Frames.BATCH_PREFACE - Frames.PREFIX) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame shorter than an empty batch");
        }
        if (available < Frames.BATCH_PREFACE) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final long correlation = view.getLong(position + 12);
        final int entryBytes = unsignedShort(position + 20);
        final int count = unsignedShort(position + 22);
        if (entryBytes != Frames.entryLength(templateId)) {
            return violation(position, LinkError.MALFORMED_FRAME, correlation, "entry length does not fit the template");
        }
        if (count == 0 || count > Limits.MAX_BATCH) {
            return violation(position, LinkError.BATCH_SIZE, correlation, "a batch has 1 to 8190 entries");
        }
        if (length != Frames.BATCH_PREFACE - Frames.PREFIX + count * entryBytes) {
            return violation(position, LinkError.MALFORMED_FRAME, correlation, "frame length does not fit the entry count");
        }
        correlationId = correlation;
        requestCount = count;
        nextIndex = 0;
        entryLength = entryBytes;
        bodyTemplate = Frames.bodyTemplate(templateId);
        isSkippingChain = false;
        state = State.ENTRIES;
        return position + Frames.BATCH_PREFACE;
    }

    /** One step among the entries: publishes a run, or answers one, or says why neither can be done now. */
    private int decodeEntries(final int position, final int to) {
        if (nextIndex == requestCount) {
            state = State.FRAME;
            frames++;
            return position;
        }
        final int whole = Math.min((to - position) / entryLength, requestCount - nextIndex);
        if (whole == 0) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final boolean isTransfers = entryLength == Frames.TRANSFER_BYTES;
        if (admission.isShuttingDown()) {
            // An answer would say of a transfer sent again that nothing was decided, and it may have been. Left unread, it
            // has no outcome, and its sender asks the next switch.
            return isTransfers ? stop(position, Progress.NEEDS_ROOM) : answerEntries(position, whole, Result.SHUTTING_DOWN);
        }
        if (isTransfers && isSkippingChain) {
            return skipChain(position, whole);
        }
        final int credit = port.credit();
        if (credit <= 0) {
            return stop(position, Progress.NEEDS_ROOM);
        }
        final int most = Math.min(Math.min(whole, maxClaim), credit);
        int run = most;
        if (isTransfers) {
            run = wholeChains(position, most);
            if (run == 0) {
                return unfinishedChain(position, whole);
            }
        }
        return publishEntries(position, run, isTransfers);
    }

    private boolean isAccountActions() {
        return bodyTemplate == AccountActionDecoder.TEMPLATE_ID;
    }

    /**
     * The longest run of entries that ends where no chain is open.
     *
     * @return 0 if the first chain does not end within {@code most} entries, or has too many members
     */
    private int wholeChains(final int position, final int most) {
        int border = 0;
        for (int i = 0; i < most; i++) {
            if ((flagsOf(position + i * Frames.TRANSFER_BYTES) & TransferFlags.LINKED) == 0) {
                if (i + 1 - border > maxChain) {
                    return border;
                }
                border = i + 1;
            }
        }
        return border;
    }

    /** The first chain cannot be published yet, or never. */
    private int unfinishedChain(final int position, final int whole) {
        final int looked = Math.min(whole, maxChain);
        for (int i = 0; i < looked; i++) {
            if ((flagsOf(position + i * Frames.TRANSFER_BYTES) & TransferFlags.LINKED) == 0) {
                // It is all here and short enough, so it was the credit that did not suffice.
                return stop(position, Progress.NEEDS_ROOM);
            }
        }
        if (looked == maxChain) {
            isSkippingChain = true;
            return position;
        }
        if (nextIndex + whole == requestCount) {
            return answerEntries(position, whole, Result.CHAIN_IS_OPEN);
        }
        return stop(position, Progress.NEEDS_BYTES);
    }

    /** Refuses members of a chain that is too long, up to its end or to the end of what was received. */
    private int skipChain(final int position, final int whole) {
        int count = 0;
        boolean isLast = false;
        while (count < whole && !isLast) {
            isLast = (flagsOf(position + count * Frames.TRANSFER_BYTES) & TransferFlags.LINKED) == 0;
            count++;
        }
        final int next = answerEntries(position, count, Result.CHAIN_IS_TOO_LONG);
        isSkippingChain = next == position || !isLast;
        return next;
    }

    /** The link answers {@code count} entries itself, once those before them in the same request have their answers. */
    private int answerEntries(final int position, final int count, final int result) {
        if (nextIndex > 0 && port.hasUnanswered()) {
            return stop(position, Progress.NEEDS_ANSWERS);
        }
        port.answer(correlationId, nextIndex, requestCount, count, result);
        nextIndex += count;
        return position + count * entryLength;
    }

    private int publishEntries(final int position, final int run, final boolean isTransfers) {
        int count = run;
        long first = publisher.tryClaim(count, isAccountActions() ? CommandPublisher.FINISHING : CommandPublisher.NEW_REQUESTS);
        if (first == CommandPublisher.NOT_CLAIMED) {
            count = isTransfers ? unitsThatFinish(position, run, entryLength) : 0;
            first = count == 0 ? CommandPublisher.NOT_CLAIMED : publisher.tryClaim(count, CommandPublisher.FINISHING);
            if (first == CommandPublisher.NOT_CLAIMED) {
                return stop(position, Progress.NEEDS_ROOM);
            }
        }
        if (isTransfers) {
            fillTransfers(first, position, count);
        } else {
            for (int i = 0; i < count; i++) {
                final CommandSlot slot = publisher.slot(first + i);
                slot.command.putBytes(0, view, position + i * entryLength, entryLength);
                fillMeta(slot, bodyTemplate, entryLength, participantId, correlationId, nextIndex + i, requestCount, 0, null);
            }
        }
        publisher.publish(first, first + count - 1);
        port.onPublished(count);
        nextIndex += count;
        return position + count * entryLength;
    }

    /** Whole chains and single transfers; the length of a chain is known only at its end, and is put into its first slot then. */
    private void fillTransfers(final long first, final int position, final int count) {
        CommandSlot chainHead = null;
        int chainLength = 0;
        for (int i = 0; i < count; i++) {
            final int at = position + i * Frames.TRANSFER_BYTES;
            final CommandSlot slot = publisher.slot(first + i);
            fillTransfer(slot, at, correlationId, nextIndex + i, requestCount);
            final boolean isLinked = (flagsOf(at) & TransferFlags.LINKED) != 0;
            if (chainHead == null) {
                if (isLinked) {
                    chainHead = slot;
                    chainLength = 1;
                }
            } else {
                chainLength++;
                if (!isLinked) {
                    chainHead.chainLength = chainLength;
                    chainHead = null;
                }
            }
        }
    }

    private void fillTransfer(final CommandSlot slot, final int at, final long correlation, final int index, final int count) {
        // Twelve plain words: cheaper than a call of copyMemory for so few bytes.
        final UnsafeBuffer command = slot.command;
        for (int i = 0; i < Frames.TRANSFER_BYTES; i += 8) {
            command.putLong(i, view.getLong(at + i));
        }
        fillMeta(slot, TransferDecoder.TEMPLATE_ID, Frames.TRANSFER_BYTES, participantId, correlation, index, count, 0, null);
    }

    private void fillMeta(final CommandSlot slot, final int templateId, final int length, final int sender, final long correlation, final int index,
                          final int count, final int chainLength, final AnswerBuffer answerBuffer) {
        slot.templateId = templateId;
        slot.commandLength = length;
        slot.participantId = sender;
        slot.linkId = linkId;
        slot.correlationId = correlation;
        slot.index = index;
        slot.requestCount = count;
        slot.chainLength = chainLength;
        slot.answerBuffer = answerBuffer;
    }

    /**
     * Counts leading entries whose units, single transfers or whole chains, all finish earlier work.
     * A unit finishes earlier work if each of its members posts or voids a hold.
     */
    private int unitsThatFinish(final int position, final int count, final int stride) {
        int border = 0;
        boolean isFinishing = true;
        for (int i = 0; i < count; i++) {
            final int flags = flagsOf(position + i * stride);
            isFinishing &= (flags & (TransferFlags.POST | TransferFlags.VOID)) != 0;
            if ((flags & TransferFlags.LINKED) == 0) {
                if (!isFinishing) {
                    return border;
                }
                border = i + 1;
                isFinishing = true;
            }
        }
        return border;
    }

    private int decodeSession(final int position, final int available, final int length, final int templateId) {
        if (length != Frames.HEADER + Frames.blockLength(templateId)) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame length does not fit the template");
        }
        if (available < Frames.PREFIX + length) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final int next = position + Frames.PREFIX + length;
        frames++;
        if (!port.onSessionMessage(templateId, view, position + Frames.PREFIX + Frames.HEADER, length - Frames.HEADER)) {
            return stop(next, Progress.STOPPED);
        }
        return next;
    }

    private int decodeAdministration(final int position, final int available, final int length, final int templateId) {
        if (length != Frames.HEADER + Frames.blockLength(templateId)) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame length does not fit the template");
        }
        if (available < Frames.PREFIX + length) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final long correlation = view.getLong(position + 12);
        final int next = position + Frames.PREFIX + length;
        if (admission.isShuttingDown()) {
            port.answer(correlation, 0, 1, 1, Result.SHUTTING_DOWN);
            frames++;
            return next;
        }
        return publishBlock(position, length, templateId, correlation, CommandPublisher.FINISHING, null);
    }

    private int decodeQuery(final int position, final int available, final int length, final int templateId) {
        if (length != Frames.HEADER + Frames.blockLength(templateId)) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame length does not fit the template");
        }
        if (available < Frames.PREFIX + length) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        // A query has no outcome that could say "shutting down": while the switch stops it is simply not read any more.
        final AnswerBuffer buffer = admission.isShuttingDown() ? null : port.lend();
        if (buffer == null) {
            return stop(position, Progress.NEEDS_ROOM);
        }
        return publishBlock(position, length, templateId, view.getLong(position + 12), CommandPublisher.NEW_REQUESTS, buffer);
    }

    private int decodeLookup(final int position, final int available, final int length, final int templateId) {
        final int blockLength = Frames.blockLength(templateId);
        final int preface = Frames.PREFIX + Frames.HEADER + blockLength + Frames.GROUP;
        if (length < preface - Frames.PREFIX) {
            return violation(position, LinkError.MALFORMED_FRAME, 0, "frame shorter than an empty look-up");
        }
        if (available < preface) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        final long correlation = view.getLong(position + 12);
        final int entryBytes = unsignedShort(position + preface - Frames.GROUP);
        final int count = unsignedShort(position + preface - Frames.GROUP + 2);
        if (entryBytes != Frames.entryLength(templateId)) {
            return violation(position, LinkError.MALFORMED_FRAME, correlation, "entry length does not fit the template");
        }
        if (count == 0 || count > Limits.MAX_PAGE) {
            return violation(position, LinkError.BATCH_SIZE, correlation, "a look-up has 1 to 128 entries");
        }
        if (length != preface - Frames.PREFIX + count * entryBytes) {
            return violation(position, LinkError.MALFORMED_FRAME, correlation, "frame length does not fit the entry count");
        }
        if (available < Frames.PREFIX + length) {
            return stop(position, Progress.NEEDS_BYTES);
        }
        // A query has no outcome that could say "shutting down": while the switch stops it is simply not read any more.
        final AnswerBuffer buffer = admission.isShuttingDown() ? null : port.lend();
        if (buffer == null) {
            return stop(position, Progress.NEEDS_ROOM);
        }
        return publishBlock(position, length, templateId, correlation, CommandPublisher.NEW_REQUESTS, buffer);
    }

    /** One command or query that fills one slot: everything behind the message header. */
    private int publishBlock(final int position, final int length, final int templateId, final long correlation, final int priority,
                             final AnswerBuffer buffer) {
        final long claimed = port.credit() <= 0 ? CommandPublisher.NOT_CLAIMED : publisher.tryClaim(1, priority);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            if (buffer != null) {
                port.giveBack(buffer);
            }
            return stop(position, Progress.NEEDS_ROOM);
        }
        final CommandSlot slot = publisher.slot(claimed);
        final int bytes = length - Frames.HEADER;
        final int body = position + Frames.PREFIX + Frames.HEADER;
        if (Frames.entryLength(templateId) != 0) {
            buffer.buffer.putBytes(0, view, body, bytes);
        } else {
            slot.command.putBytes(0, view, body, bytes);
        }
        fillMeta(slot, templateId, bytes, participantId, correlation, 0, 1, 0, buffer);
        publisher.publish(claimed, claimed);
        port.onPublished(1);
        frames++;
        return position + Frames.PREFIX + length;
    }

    private int flagsOf(final int transferOffset) {
        return unsignedShort(transferOffset + Frames.TRANSFER_FLAGS);
    }

    private int unsignedShort(final int offset) {
        return view.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private int stop(final int position, final Progress reason) {
        blockedBy = reason;
        return position;
    }

    private int violation(final int position, final LinkError error, final long correlation, final String text) {
        port.onViolation(error, correlation, text);
        return stop(position, Progress.STOPPED);
    }
}

package io.daybreak.loadtest.recording;

import io.daybreak.client.ClientException;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Grant;
import io.daybreak.client.NewAccount;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.client.Transfer;
import io.daybreak.client.TransferId;
import io.daybreak.journal.JournalException;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes on a fresh switch what a recording's traffic stands on, in the order of the recording: participants, grants, accounts, and what operators paid before
 * the traffic began. What is there already is answered as a repeat and stays. One thread.
 */
public final class RecordedSetUp implements ReplayTarget {
    /** Accounts or transfers of a request; chains stay whole. */
    private static final int BATCH = 4_096;

    private final Recording recording;
    private final Function<Integer, DaybreakClient> clients;
    private final CommandSorter sorter;
    private final List<NewAccount> accounts = new ArrayList<>();
    private final List<Transfer> transfers = new ArrayList<>();
    private final List<Integer> results = new ArrayList<>();
    private int payer;
    private long sequence;
    private RecordingException refusal;

    /** @param clients signed on as the operator of an id */
    public RecordedSetUp(final Recording recording, final Function<Integer, DaybreakClient> clients) {
        this.recording = recording;
        this.clients = clients;
        sorter = new CommandSorter(recording.firstSequence());
    }

    /**
     * Makes all of it.
     *
     * @throws RecordingException if the switch refuses something that it took in the recording
     * @throws ClientException    if the switch cannot be reached
     */
    public void send() throws RecordingException {
        try (PublishedJournal journal = PublishedJournal.open(recording.data())) {
            while (refusal == null && journal.lastSequence() < recording.lastSequence() && journal.next()) {
                journal.replay(this);
            }
        } catch (final IOException | JournalException ex) {
            throw new RecordingException("the journal in " + recording.data() + " cannot be read: " + ex.getMessage());
        }
        flush();
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long timestampNs) {
        sequence = firstSequence - 1;
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        sequence++;
        if (refusal != null || sorter.sort(sequence, templateId, participantId, command, offset, result) != CommandSorter.Part.SET_UP) {
            return;
        }
        switch (templateId) {
            case AccountDecoder.TEMPLATE_ID -> {
                flushTransfers();
                account(new AccountDecoder().wrap(command, offset, length, AccountDecoder.SCHEMA_VERSION), participantId);
            }
            case TransferDecoder.TEMPLATE_ID -> {
                flushAccounts();
                transfer(new TransferDecoder().wrap(command, offset, length, TransferDecoder.SCHEMA_VERSION), participantId, result);
            }
            case PutParticipantDecoder.TEMPLATE_ID -> {
                flush();
                final PutParticipantDecoder put = new PutParticipantDecoder().wrap(command, offset, length, PutParticipantDecoder.SCHEMA_VERSION);
                require(clients.apply(participantId).putParticipant(new Participant((int) put.participantId(), put.participantCode(), put.keyId(), put.roles(),
                    put.idCapacity(), put.requestsPerSecond(), put.burstMs())), Result.OK, "participant " + put.participantCode());
            }
            default -> {
                flush();
                final PutGrantDecoder put = new PutGrantDecoder().wrap(command, offset, length, PutGrantDecoder.SCHEMA_VERSION);
                require(clients.apply(participantId).putGrant(new Grant((int) put.participantId(), put.kind(), put.rights(), put.fromValue(), put.toValue(),
                    (int) put.ledger())), Result.OK, "a grant of participant " + put.participantId());
            }
        }
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        // Entries are no requests: a batch may hold several.
    }

    private void account(final AccountDecoder account, final int participantId) {
        if (participantId != payer || accounts.size() == BATCH) {
            flushAccounts();
        }
        payer = participantId;
        accounts.add(new NewAccount(account.id(), account.userData128().hi(), account.userData128().lo(), account.userData64(), (int) account.ledger(),
            account.code(), account.flags()));
    }

    private void transfer(final TransferDecoder transfer, final int participantId, final int result) {
        final boolean isChained = !transfers.isEmpty() && (transfers.get(transfers.size() - 1).flags() & TransferFlags.LINKED) != 0;
        if (!isChained && (participantId != payer || transfers.size() >= BATCH)) {
            flushTransfers();
        }
        payer = participantId;
        transfers.add(new Transfer(new TransferId(transfer.id().hi(), transfer.id().lo()), transfer.debitAccountId(), transfer.creditAccountId(),
            transfer.amountMinor(), new TransferId(transfer.pendingId().hi(), transfer.pendingId().lo()), transfer.userData128().hi(),
            transfer.userData128().lo(), transfer.userData64(), transfer.timeoutMs(), (int) transfer.ledger(), transfer.code(), transfer.flags()));
        results.add(result);
    }

    private void flush() {
        flushAccounts();
        flushTransfers();
    }

    private void flushAccounts() {
        if (accounts.isEmpty()) {
            return;
        }
        final List<Outcome> outcomes = clients.apply(payer).createAccounts(List.copyOf(accounts));
        for (int i = 0; i < outcomes.size(); i++) {
            require(outcomes.get(i), Result.OK, "account " + Long.toUnsignedString(accounts.get(i).id()));
        }
        accounts.clear();
    }

    private void flushTransfers() {
        if (transfers.isEmpty()) {
            return;
        }
        final List<Outcome> outcomes = clients.apply(payer).transfers(List.copyOf(transfers));
        for (int i = 0; i < outcomes.size(); i++) {
            require(outcomes.get(i), results.get(i), "transfer " + transfers.get(i).id());
        }
        transfers.clear();
        results.clear();
    }

    private void require(final Outcome outcome, final int recorded, final String what) {
        if (outcome.result() != recorded && refusal == null) {
            refusal = new RecordingException("the set-up cannot be made as in the recording: " + what + " was " + Result.name(recorded) + ", here it is "
                + outcome.resultName());
        }
    }
}

package io.daybreak.loadtest.simulation;

import io.daybreak.journal.replicate.FramePort;
import io.daybreak.journal.replicate.ReplicationFrames;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A connection between two nodes. What is sent arrives in order, or the connection ends, as TCP has it; while the nodes are cut off from each other it waits.
 * In some worlds it is worse than TCP: frames are doubled and swapped, which the protocol must find out. One thread.
 */
final class Wire {
    /** Bytes that an end takes before it says that it is full. */
    private static final long MOST_UNDER_WAY = 2 << 20;

    private final World world;
    private final End caller;
    private final End called;
    private long heldUntilNs;

    /** A frame on its way. */
    record Arrival(End to, byte[] bytes) {
        @Override
        public String toString() {
            return "frame " + ReplicationFrames.type(new UnsafeBuffer(bytes), 0) + ", " + bytes.length + " bytes";
        }
    }

    /** One side's end. */
    final class End implements FramePort {
        private final int node;
        private End other;
        private Object user;
        private boolean isClosed;
        private long underWay;
        private long lastArrivalNs;

        private End(final int node) {
            this.node = node;
        }

        @Override
        public String toString() {
            return this == caller ? "of a call" : "of a call taken";
        }

        /** Whoever has this end, for the node that owns it. */
        Object user() {
            return user;
        }

        void user(final Object newUser) {
            user = newUser;
        }

        boolean isClosed() {
            return isClosed;
        }

        /** Actor that owns it. */
        int node() {
            return node;
        }

        End other() {
            return other;
        }

        @Override
        public boolean isWritable() {
            return underWay < MOST_UNDER_WAY;
        }

        @Override
        public void send(final DirectBuffer frame, final int length) {
            if (isClosed) {
                return;
            }
            final byte[] bytes = new byte[length];
            frame.getBytes(0, bytes);
            underWay += length;
            final int fate = world.fateOfFrame();
            if (fate == World.CONNECTION_LOST) {
                lost();
                return;
            }
            deliver(bytes, fate == World.FRAME_OVERTAKES);
            if (fate == World.FRAME_DOUBLED) {
                deliver(bytes, false);
            }
        }

        private void deliver(final byte[] bytes, final boolean overtakes) {
            final long usual = world.nowNs() + world.wireDelayNs();
            final long atNs = overtakes ? usual : Math.max(usual, lastArrivalNs + 1);
            lastArrivalNs = Math.max(lastArrivalNs, atNs);
            world.plan(atNs - world.nowNs(), other.node, SwitchNode.WIRE_FRAME, bytes.length, new Arrival(other, bytes));
        }

        /** Takes the call. */
        void accept() {
            lastArrivalNs = Math.max(world.nowNs() + world.wireDelayNs(), lastArrivalNs + 1);
            world.plan(lastArrivalNs - world.nowNs(), other.node, SwitchNode.WIRE_CONNECTED, 0, other);
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                world.plan(Math.max(world.wireDelayNs(), lastArrivalNs + 1 - world.nowNs()), other.node, SwitchNode.WIRE_CLOSED, 0, other);
            }
        }

        /** The process of this end is gone. {@code silently}: nobody tells the other one. */
        void vanish(final boolean silently) {
            if (silently) {
                isClosed = true;
            } else {
                close();
            }
        }

        /** The other side has closed. False if this side had, too. */
        boolean onClosed() {
            final boolean wasOpen = !isClosed;
            isClosed = true;
            return wasOpen;
        }

        /**
         * A frame has come. False: it must wait, since the nodes are cut off from each other, or nobody is there.
         */
        boolean arrives(final Arrival arrival) {
            final long untilNs = Math.max(world.wireCutUntilNs(), heldUntilNs);
            if (untilNs > world.nowNs()) {
                heldUntilNs = untilNs;
                world.plan(untilNs - world.nowNs(), node, SwitchNode.WIRE_FRAME, arrival.bytes.length, arrival);
                return false;
            }
            other.underWay -= arrival.bytes.length;
            return !isClosed;
        }
    }

    private Wire(final World world, final int from, final int to) {
        this.world = world;
        caller = new End(from);
        called = new End(to);
        caller.other = called;
        called.other = caller;
    }

    private void lost() {
        caller.isClosed = true;
        called.isClosed = true;
        world.note("a connection between the nodes is lost");
        world.plan(world.wireDelayNs(), caller.node, SwitchNode.WIRE_LOST, 0, caller);
        world.plan(world.wireDelayNs(), called.node, SwitchNode.WIRE_LOST, 0, called);
    }

    /** Connects; the called node hears of it unless it is cut off, and the caller hears of what came of it. */
    static End connect(final World world, final int from, final int to, final Object user) {
        final Wire wire = new Wire(world, from, to);
        wire.caller.user = user;
        if (world.wireCutUntilNs() > world.nowNs()) {
            world.plan(World.SECOND, from, SwitchNode.WIRE_FAILED, 0, wire.caller);
        } else {
            world.plan(world.wireDelayNs(), to, SwitchNode.WIRE_OPENED, 0, wire.called);
        }
        return wire.caller;
    }
}

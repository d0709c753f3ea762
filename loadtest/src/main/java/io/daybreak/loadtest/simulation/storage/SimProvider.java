package io.daybreak.loadtest.simulation.storage;

import com.sun.nio.file.ExtendedOpenOption;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Operations of {@code java.nio.file} on a simulated disk: as much of them as a journal needs. */
final class SimProvider extends FileSystemProvider {
    private static final int BLOCK = 4_096;

    private final SimFileSystem fileSystem;

    SimProvider(final SimFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    private SimDisk disk() {
        return fileSystem.disk();
    }

    private static String name(final Path path) {
        return path.toAbsolutePath().toString();
    }

    @Override
    public String getScheme() {
        return "simulated";
    }

    @Override
    public FileSystem newFileSystem(final URI uri, final Map<String, ?> env) {
        throw new UnsupportedOperationException("a disk makes its file system");
    }

    @Override
    public FileSystem getFileSystem(final URI uri) {
        return fileSystem;
    }

    @Override
    public Path getPath(final URI uri) {
        return fileSystem.getPath(uri.getPath());
    }

    @Override
    public SeekableByteChannel newByteChannel(final Path path, final Set<? extends OpenOption> options, final FileAttribute<?>... attrs)
        throws IOException {
        return newFileChannel(path, options, attrs);
    }

    @Override
    public FileChannel newFileChannel(final Path path, final Set<? extends OpenOption> options, final FileAttribute<?>... attrs)
        throws IOException {
        final String name = name(path);
        disk().check(disk().process());
        SimFile file = disk().find(name);
        final boolean direct = options.contains(ExtendedOpenOption.DIRECT);
        if (direct && disk().refusesDirect()) {
            throw new UnsupportedOperationException("direct I/O");
        }
        if (file == null) {
            if (!options.contains(StandardOpenOption.CREATE) && !options.contains(StandardOpenOption.CREATE_NEW)) {
                throw new NoSuchFileException(name);
            }
            file = disk().create(name, false);
        } else if (options.contains(StandardOpenOption.CREATE_NEW)) {
            throw new FileAlreadyExistsException(name);
        }
        final boolean synced = options.contains(StandardOpenOption.DSYNC) || options.contains(StandardOpenOption.SYNC);
        final SimChannel channel = new SimChannel(disk(), name, file, direct, synced);
        if (options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.truncate(0);
        }
        return channel;
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(final Path dir, final DirectoryStream.Filter<? super Path> filter) throws IOException {
        final Stream<Path> paths = disk().list(name(dir)).stream().map(fileSystem::getPath);
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return paths.iterator();
            }

            @Override
            public void close() {
                paths.close();
            }
        };
    }

    @Override
    public void createDirectory(final Path dir, final FileAttribute<?>... attrs) throws IOException {
        disk().create(name(dir), true);
    }

    @Override
    public void createLink(final Path link, final Path existing) throws IOException {
        disk().link(name(link), name(existing));
    }

    @Override
    public void delete(final Path path) throws IOException {
        disk().delete(name(path));
    }

    @Override
    public void copy(final Path source, final Path target, final CopyOption... options) {
        throw new UnsupportedOperationException("files are linked");
    }

    @Override
    public void move(final Path source, final Path target, final CopyOption... options) throws IOException {
        if (!Arrays.asList(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
            throw new UnsupportedOperationException("a move that a crash may halve");
        }
        disk().rename(name(source), name(target));
    }

    @Override
    public boolean isSameFile(final Path path, final Path other) throws IOException {
        return disk().get(name(path)) == disk().get(name(other));
    }

    @Override
    public boolean isHidden(final Path path) {
        return false;
    }

    @Override
    public FileStore getFileStore(final Path path) {
        return new Store(disk());
    }

    @Override
    public void checkAccess(final Path path, final AccessMode... modes) throws IOException {
        disk().check(disk().process());
        disk().get(name(path));
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(final Path path, final Class<V> type, final LinkOption... options) {
        return null;
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(final Path path, final Class<A> type, final LinkOption... options)
        throws IOException {
        disk().check(disk().process());
        return type.cast(new Attributes(disk().get(name(path))));
    }

    @Override
    public Map<String, Object> readAttributes(final Path path, final String attributes, final LinkOption... options) {
        throw new UnsupportedOperationException("attributes by name");
    }

    @Override
    public void setAttribute(final Path path, final String attribute, final Object value, final LinkOption... options) {
        // Rights are not simulated.
    }

    private record Attributes(SimFile file) implements BasicFileAttributes {
        private static final FileTime TIME = FileTime.fromMillis(0);

        @Override
        public FileTime lastModifiedTime() {
            return TIME;
        }

        @Override
        public FileTime lastAccessTime() {
            return TIME;
        }

        @Override
        public FileTime creationTime() {
            return TIME;
        }

        @Override
        public boolean isRegularFile() {
            return !file.directory;
        }

        @Override
        public boolean isDirectory() {
            return file.directory;
        }

        @Override
        public boolean isSymbolicLink() {
            return false;
        }

        @Override
        public boolean isOther() {
            return false;
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public Object fileKey() {
            return null;
        }
    }

    private static final class Store extends FileStore {
        private final SimDisk disk;

        Store(final SimDisk disk) {
            this.disk = disk;
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public String type() {
            return "simulated";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public long getTotalSpace() {
            return Long.MAX_VALUE;
        }

        @Override
        public long getUsableSpace() {
            return disk.usableBytes();
        }

        @Override
        public long getUnallocatedSpace() {
            return disk.usableBytes();
        }

        @Override
        public long getBlockSize() {
            return BLOCK;
        }

        @Override
        public boolean supportsFileAttributeView(final Class<? extends FileAttributeView> type) {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(final String name) {
            return false;
        }

        @Override
        public <V extends FileStoreAttributeView> V getFileStoreAttributeView(final Class<V> type) {
            return null;
        }

        @Override
        public Object getAttribute(final String attribute) {
            throw new UnsupportedOperationException(attribute);
        }
    }
}

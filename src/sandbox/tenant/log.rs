//! The log of writes since the snapshot: one line of JSON each.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde_json::Value;

use super::files;
use crate::folder::StateFolder;
use crate::sandbox::error::{Error, file};

/// An open log, with the length up to which it is known to be complete.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    length: u64,
    /// A write failed and could not be undone: the end of the file is unknown.
    torn: bool,
    /// Every write is synced.
    durable: bool,
}

#[derive(Debug)]
pub(crate) struct OpenedLog {
    pub log: Log,
    pub lines: Vec<Value>,
}

impl Log {
    /// Opens the log of a sandbox folder and reads its lines.
    ///
    /// Bytes after the last line end are a write that a crash interrupted. They are dropped: the write was never answered,
    /// because answers are sent after the sync. Anything else that is not JSON is an error.
    pub(crate) fn open(folder: &StateFolder, durable: bool) -> Result<OpenedLog, Error> {
        let path = folder.path_of(files::LOG);
        let mut log = folder.open_file(files::LOG)?;
        let mut bytes = Vec::new();
        (&mut log).take(files::LARGEST as u64).read_to_end(&mut bytes).map_err(file("read", &path))?;
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let mut lines = Vec::new();
        for (number, line) in bytes[..whole].split_inclusive(|b| *b == b'\n').enumerate() {
            let line = serde_json::from_slice(line)
                .map_err(|error| Error::broken(&path, format!("line {}: {error}", number + 1)))?;
            lines.push(line);
        }
        let log = Log { file: log, length: whole as u64, torn: false, durable };
        Ok(OpenedLog { log, lines })
    }

    /// Appends one line, and syncs it unless syncing is off. After an error, the log is unchanged.
    pub(crate) fn append(&mut self, line: &Value) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("an earlier write could not be taken back"));
        }
        let mut bytes = line.to_string().into_bytes();
        bytes.push(b'\n');
        match self.write(&bytes) {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line must not run into the next one.
                self.torn = self.file.set_len(self.length).is_err();
                Err(error)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.set_len(self.length)?;
        self.file.write_all(bytes)?;
        if self.durable { self.file.sync_data() } else { Ok(()) }
    }

    /// Empties the log, once the snapshot holds everything in it.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.length = 0;
        self.file.sync_data()
    }
}

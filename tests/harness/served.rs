//! `sandbox serve` in a separate process; in `.ci/contract`, behind a validating proxy.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use super::graph::Graph;
use super::process::command;

/// No test takes nearly as long; one that hangs fails instead.
pub const LONGEST: Duration = Duration::from_secs(60);
/// The ID of the sandbox's tenant.
pub const TENANT: &str = "0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001";
/// Commands that use a tenant. Only for these is a sandbox served instead of embedded.
const ONLINE: [&str; 6] = ["plan", "apply", "disown", "import", "status", "doctor"];

/// Where a sandbox is served: on any free port, or on the port to which a validating proxy forwards.
///
/// `.ci/contract` sets `SSPR_POLICY_TEST_PROXIES` to a folder. Each file in it is a proxy: its name is the port to
/// which the proxy forwards, its content the URL of the proxy. A test that locks the file owns the proxy.
pub struct Place {
    pub port: String,
    pub proxy: Option<String>,
    _lock: Option<File>,
}

thread_local! {
    /// A test keeps its proxy, because plans contain the URL, which must be the same for all commands.
    static MINE: Cell<Option<usize>> = const { Cell::new(None) };
}

impl Place {
    /// Waits for a free proxy, if there are proxies.
    pub fn take() -> Place {
        let Some(folder) = std::env::var_os("SSPR_POLICY_TEST_PROXIES") else {
            return Place { port: "0".to_owned(), proxy: None, _lock: None };
        };
        let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for _ in 0..60_000 {
            for (number, file) in files.iter().enumerate() {
                if MINE.get().is_none_or(|mine| mine == number)
                    && let Some(place) = Place::behind(file)
                {
                    MINE.set(Some(number));
                    return place;
                }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no proxy became free: does this test serve two sandboxes at once?");
    }

    fn behind(file: &Path) -> Option<Place> {
        let lock = File::open(file).unwrap();
        lock.try_lock().ok()?;
        let port = file.file_name().unwrap().to_str().unwrap().to_owned();
        let proxy = fs::read_to_string(file).unwrap().trim().to_owned();
        Some(Place { port, proxy: Some(proxy), _lock: Some(lock) })
    }
}

/// A running `sandbox serve`; killed when dropped.
pub struct Served {
    pub url: String,
    /// The sandbox's own address, for `/sandbox/…`, which is not part of Graph.
    pub own: String,
    child: Child,
    lines: Receiver<String>,
    _place: Place,
}

impl Served {
    /// Serves the state in `folder/.sspr-policy`. `hold` is `before:N` or `after:N`.
    pub fn start(folder: &Path, hold: Option<&str>) -> Served {
        match hold {
            Some(hold) => Self::with(folder, &["--hold", hold]),
            None => Self::with(folder, &[]),
        }
    }

    /// Serves it with faults: a faults file (docs/sandbox.md), and the seed that decides which requests get them.
    pub fn faulty(folder: &Path, faults: &str, seed: u64) -> Served {
        let file = folder.join("faults.yaml");
        fs::write(&file, faults).unwrap();
        Self::with(folder, &["--faults", file.to_str().unwrap(), "--seed", &seed.to_string()])
    }

    fn with(folder: &Path, arguments: &[&str]) -> Served {
        let place = Place::take();
        let mut command = command(folder);
        command.args(["sandbox", "serve", "--port", &place.port]);
        if let Some(proxy) = &place.proxy {
            command.args(["--public-url", proxy]);
        }
        command.args(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        // The thread ends with the child, whose stdout it reads.
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut served = Served { url: String::new(), own: String::new(), child, lines, _place: place };
        served.own = served.lines.recv_timeout(LONGEST).expect("the sandbox serves");
        served.url = served._place.proxy.clone().unwrap_or_else(|| served.own.clone());
        served
    }

    /// What the sandbox has counted.
    pub fn counters(&self) -> Value {
        Graph::new(&self.own).get("/sandbox/counters")
    }

    /// Waits until the held write is reached, or until the client has ended without it.
    pub fn is_held(&self, client: &mut Child) -> bool {
        for _ in 0..12_000 {
            match self.lines.recv_timeout(Duration::from_millis(5)) {
                Ok(line) => return line == "held",
                Err(RecvTimeoutError::Disconnected) => panic!("the sandbox ended"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if client.try_wait().unwrap().is_some() {
                return false;
            }
        }
        panic!("neither was the write held nor did the client end");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the sandbox that a command would embed behind a proxy, and changes the configuration accordingly, until
/// dropped.
pub struct InPlaceOfEmbedded {
    configuration: PathBuf,
    written: String,
    _served: Served,
}

impl InPlaceOfEmbedded {
    /// Only if there are proxies, for a command that uses a tenant, in a repository with an embedded sandbox.
    pub fn of(folder: &Path, arguments: &[&str]) -> Option<InPlaceOfEmbedded> {
        std::env::var_os("SSPR_POLICY_TEST_PROXIES")?;
        let configuration = folder.join("sspr-policy.yaml");
        let written = fs::read_to_string(&configuration).ok()?;
        if !written.contains("tenant: sandbox") || !arguments.iter().any(|one| ONLINE.contains(one)) {
            return None;
        }
        let served = Served::start(folder, None);
        let through = format!("tenant: {TENANT}, graph_url: {}, auth: {{ method: token }}", served.url);
        fs::write(&configuration, written.replace("tenant: sandbox", &through)).unwrap();
        Some(InPlaceOfEmbedded { configuration, written, _served: served })
    }
}

impl Drop for InPlaceOfEmbedded {
    fn drop(&mut self) {
        fs::write(&self.configuration, &self.written).unwrap();
    }
}

//! The faults of single requests, and which requests each one considers.

/// A fault. They are tried in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    CutBefore,
    Html,
    ServerErrors,
    Throttle,
    Broker,
    SubRequestFailures,
    LatePages,
    DuplicatePages,
    MissingObject,
    MissingNextLink,
    FailedButDone,
    LostSubAnswers,
    LateAnswers,
    CutAfter,
    Truncated,
    SlowBody,
}

/// Which requests a fault applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Considered {
    /// HTTP requests: single requests, and each `$batch` as a whole.
    Whole,
    /// HTTP requests, and each request in a `$batch`.
    Each,
    /// Requests in a `$batch` only.
    Inner,
    /// Requests for lists, in a `$batch` or not.
    List,
}

impl Fault {
    pub(crate) const ALL: [Fault; 16] = [
        Fault::CutBefore,
        Fault::Html,
        Fault::ServerErrors,
        Fault::Throttle,
        Fault::Broker,
        Fault::SubRequestFailures,
        Fault::LatePages,
        Fault::DuplicatePages,
        Fault::MissingObject,
        Fault::MissingNextLink,
        Fault::FailedButDone,
        Fault::LostSubAnswers,
        Fault::LateAnswers,
        Fault::CutAfter,
        Fault::Truncated,
        Fault::SlowBody,
    ];

    /// Its name in the file and in the counters.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Fault::CutBefore => "cut_before",
            Fault::Html => "html",
            Fault::ServerErrors => "server_errors",
            Fault::Throttle => "throttle",
            Fault::Broker => "broker",
            Fault::SubRequestFailures => "sub_request_failures",
            Fault::LatePages => "late_pages",
            Fault::DuplicatePages => "duplicate_pages",
            Fault::MissingObject => "missing_object",
            Fault::MissingNextLink => "missing_next_link",
            Fault::FailedButDone => "failed_but_done",
            Fault::LostSubAnswers => "lost_sub_answers",
            Fault::LateAnswers => "late_answers",
            Fault::CutAfter => "cut_after",
            Fault::Truncated => "truncated",
            Fault::SlowBody => "slow_body",
        }
    }

    /// Its options besides when to occur.
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Fault::Throttle => &["retry_after", "seconds"],
            Fault::SubRequestFailures => &["statuses", "retry_after", "seconds"],
            Fault::ServerErrors => &["statuses", "page"],
            Fault::Html | Fault::FailedButDone => &["statuses"],
            Fault::LatePages => &["statuses", "delay_ms"],
            Fault::SlowBody | Fault::LateAnswers => &["delay_ms"],
            Fault::DuplicatePages => &["what"],
            _ => &[],
        }
    }

    fn scope(self) -> Considered {
        match self {
            Fault::CutBefore
            | Fault::Html
            | Fault::LateAnswers
            | Fault::CutAfter
            | Fault::Truncated
            | Fault::SlowBody => Considered::Whole,
            Fault::ServerErrors | Fault::Throttle | Fault::Broker | Fault::FailedButDone => Considered::Each,
            Fault::SubRequestFailures | Fault::LostSubAnswers => Considered::Inner,
            Fault::LatePages | Fault::DuplicatePages | Fault::MissingObject | Fault::MissingNextLink => {
                Considered::List
            }
        }
    }

    /// Faults that only make sense for writes consider only writes by default.
    pub(super) fn usual(self) -> Of {
        match self {
            Fault::CutAfter | Fault::FailedButDone => Of::Writes,
            _ => Of::All,
        }
    }

    /// Whether this fault applies to a request.
    pub(super) fn concerns(self, candidate: &Candidate, of: Of) -> bool {
        let batch = matches!(candidate.role, BatchRole::Batch { .. });
        let in_scope = match self.scope() {
            Considered::Whole => candidate.role != BatchRole::InBatch,
            Considered::Each => true,
            Considered::Inner => candidate.role == BatchRole::InBatch,
            Considered::List if self == Fault::LatePages => !batch && candidate.page,
            Considered::List => !batch && candidate.list,
        };
        // Only Intune is behind the broker.
        let at_home = self != Fault::Broker || candidate.path.starts_with("deviceManagement");
        in_scope && at_home && of.covers(candidate, self.scope() == Considered::Whole)
    }
}

/// Which requests a fault is restricted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    All,
    Reads,
    Writes,
    Batches,
    Method(&'static str),
}

impl Of {
    pub(super) const EXPECTED: &'static str = "reads, writes, batches, GET, POST, PATCH, PUT or DELETE";

    pub(super) fn read(text: &str) -> Option<Of> {
        Some(match text {
            "reads" => Of::Reads,
            "writes" => Of::Writes,
            "batches" => Of::Batches,
            method => Of::Method(["GET", "POST", "PATCH", "PUT", "DELETE"].into_iter().find(|one| *one == method)?),
        })
    }

    /// For faults of a whole `$batch`, it is a write if it contains one; for other faults, its requests count.
    fn covers(self, candidate: &Candidate, whole: bool) -> bool {
        match (self, candidate.role) {
            (Of::All, _) | (Of::Batches, BatchRole::Batch { .. }) => true,
            (Of::Batches, _) | (Of::Method(_), BatchRole::Batch { .. }) => false,
            (Of::Writes, BatchRole::Batch { writes }) => whole && writes,
            (Of::Reads, BatchRole::Batch { writes }) => whole && !writes,
            (Of::Writes, _) => candidate.method != "GET",
            (Of::Reads, _) => candidate.method == "GET",
            (Of::Method(method), _) => candidate.method == method,
        }
    }
}

/// A request as a fault sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub method: &'a str,
    /// After the version, decoded, without a leading slash.
    pub path: &'a str,
    pub role: BatchRole,
    /// It reads a collection that has pages.
    pub list: bool,
    /// It follows a link to a next page.
    pub page: bool,
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchRole {
    Alone,
    /// A `$batch` as a whole.
    Batch {
        /// It contains a request that is not a GET.
        writes: bool,
    },
    InBatch,
}

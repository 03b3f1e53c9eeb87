//! Sends one write, and interprets a refusal if the tenant requires approvals.

use super::approval;
use super::executor::Executor;
use super::journal::Approval;
use super::not_done::NotDone;
use super::object::Object;
use crate::delivery::Request;
use crate::graph::{Error, Write, WriteSlot};

/// How to continue after a refusal.
enum Refused {
    /// The change ends here.
    For(NotDone),
    /// The write was approved after an earlier run; send it with this code.
    ButApproved(String),
}

impl Object<'_, '_> {
    /// Sends one step of a change. If a second administrator has to approve, the step is sent with a justification
    /// first, and with the code of its approval later. `shown` is the same step without its secrets.
    pub(super) async fn send(
        &mut self,
        slot: WriteSlot,
        id: &str,
        request: &Request,
        shown: &Request,
    ) -> Result<serde_json::Value, NotDone> {
        let (executor, change) = (self.executor, self.change);
        let (method, path) = request.method_and_path(change.object.delivery, id);
        let approval = Approval::of(executor.tenant_id, executor.owner, &change.object, method, &path, shown.body());
        let justification = approval::identified_justification(executor.justification, &approval);
        let mut code = executor.journal.approval(&approval);
        let mut slot = Some(slot);
        loop {
            let header = match &code {
                Some(code) => ("x-msft-approval-code", code.clone()),
                None => ("x-msft-approval-justification", approval::header(&justification)),
            };
            self.needs_approval |= code.is_some();
            let write = Write { method, path: &path, body: request.body(), headers: &[header] };
            let slot = match slot.take() {
                Some(slot) => slot,
                None => executor.client.write_slot().await,
            };
            match executor.client.write(slot, write).await {
                Ok(body) => {
                    self.progress = self.progress.written();
                    if code.is_some() {
                        executor.journal.forget(&approval)?;
                    }
                    return Ok(body);
                }
                Err(error) => match self.refused(error, &approval, code.take()).await? {
                    Refused::For(not_done) => return Err(not_done),
                    Refused::ButApproved(approved) => code = Some(approved),
                },
            }
        }
    }

    /// Interprets a refusal.
    async fn refused(&self, error: Error, write: &Approval, sent: Option<String>) -> Result<Refused, NotDone> {
        let Executor { journal, client, .. } = self.executor;
        if let Some(code) = sent {
            return Ok(Refused::For(self.refused_with_code(error, write, code).await?));
        }
        if error.approval().is_none() && !error.is_open_approval() {
            return Ok(Refused::For(NotDone::Graph(error)));
        }
        let open = approval::find(client, write).await?;
        let code = match (open.same, error.approval()) {
            (Some(request), _) if request.is_approved() => return Ok(Refused::ButApproved(request.id)),
            (_, Some(code)) => code.to_string(),
            (Some(request), None) => request.id,
            (None, None) => {
                return Ok(Refused::For(match &open.other {
                    Some(other) => other.in_the_way(),
                    None => NotDone::OtherRequestOpen { text: error.to_string(), help: approval::unknown_in_the_way() },
                }));
            }
        };
        journal.remember(write, &code)?;
        Ok(Refused::For(NotDone::AwaitsApproval(code)))
    }

    /// Interprets a refusal of a write that was sent with the code of its approval.
    async fn refused_with_code(&self, error: Error, write: &Approval, code: String) -> Result<NotDone, NotDone> {
        let Executor { journal, client, .. } = self.executor;
        // The write was not decided on, so the code is still valid.
        if error.status().is_none() || error.may_pass() {
            return Ok(NotDone::Graph(error));
        }
        let request = approval::read(client, &code).await?;
        if request.as_ref().is_some_and(|request| request.status == "needsApproval") {
            return Ok(NotDone::AwaitsApproval(code));
        }
        journal.forget(write)?;
        Ok(match request {
            Some(request) if request.is_over() => NotDone::Message(format!(
                "the request for approval {code} was {}; the next apply asks for approval again",
                request.status
            )),
            Some(request) if request.is_approved() && error.status() != Some(404) => {
                NotDone::OtherRequestOpen { text: error.to_string(), help: approval::approved_for_another() }
            }
            _ => NotDone::Graph(error),
        })
    }
}

//! Further addresses of a person: asking for a code, entering it, removing; and what a provider reports of a call.

use lockwright_authn::codes;
use lockwright_core::address::{self, Asked, Entered, Refusal};
use lockwright_core::recovery;
use lockwright_core::tries::{ADDRESS_MAILS, SOURCE_CASES};
use lockwright_model::case::{Case, CaseState, Channel, MessageWay, Purpose};
use lockwright_model::change::Record;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::id::CaseId;
use lockwright_model::session::Session;
use lockwright_model::token::{Code, Token, TokenKind};
use lockwright_model::tries::TriesKey;

use crate::Lockwright;
use crate::cases::{CaseError, address_name, held};
use crate::commit::decide;
use crate::config::MessageConfig;
use crate::recovery::StartError;
use crate::trouble::NotCommitted;

/// Why nothing about a person's addresses was changed.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// The decision refuses it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The case was not opened.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<Refusal> for AddressError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<lockwright_store::StoreError> for AddressError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl From<NotCommitted> for AddressError {
    fn from(failure: NotCommitted) -> Self {
        Self::Start(failure.into())
    }
}

/// An address on its way.
#[derive(Debug)]
pub struct AddressAsked {
    /// The case.
    pub case: CaseId,
    /// For the cookie.
    pub holder: Token,
    /// The digits to show, for a call in which they are keyed in.
    pub digits: Option<Code>,
}

/// Where an address on its way stands.
#[derive(Clone, Debug)]
pub struct AddressView {
    /// The address.
    pub channel: Channel,
    /// How its code is sent.
    pub way: MessageWay,
    /// When the code stops working; `None`: it is not sent yet.
    pub code_expires: Option<Timestamp>,
    /// Whether another code can be sent.
    pub can_resend: bool,
    /// The digits were keyed in.
    pub keyed: bool,
}

impl Lockwright {
    /// Names an address in forms; says nothing about it.
    pub fn address_id(&self, channel: &Channel) -> String {
        let tag = codes::bind(&self.config().sealing_key, "address-id", &[channel.key().as_bytes()]);
        tag.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether somebody can be called and key digits in: a provider is there that reports them.
    pub fn calls_back(&self) -> bool {
        matches!(self.config().messages, MessageConfig::Webhook { .. })
    }

    /// Sends a code to an address that somebody signed in wants to add.
    pub async fn ask_address(
        &self,
        op: &OpContext,
        session: &Session,
        channel: &Channel,
        way: MessageWay,
    ) -> Result<AddressAsked, AddressError> {
        let holder = Token::draw(TokenKind::Case, self.entropy());
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(Refusal::NotConfirmed)?;
            let session = self.store().session(&session.token).await?.ok_or(Refusal::NotConfirmed)?;
            let mut decided = address::start(&person, &session, channel.clone(), way, &holder, &self.0.codes, op, self.entropy())?;
            let network = TriesKey::new("cases", &op.source.network());
            let row = self.store().tries(&network).await?;
            SOURCE_CASES.check(row.as_ref(), op.now).map_err(StartError::from)?;
            decided.changes.put(Record::Tries(SOURCE_CASES.count(row, network, op.now)));
            decided.changes.puts.extend(self.count_codes(op, &address_name(&person.identity()), channel).await?);
            decided
        });
        let Asked { case, shown } = outcome?;
        Ok(AddressAsked { case, holder, digits: shown })
    }

    /// Counts a code against who asks and where it goes: nobody's mailbox or phone is filled, whoever they are (O-F03). Somebody signed in
    /// may know that they have asked too often.
    pub(crate) async fn count_codes(&self, op: &OpContext, name: &str, channel: &Channel) -> Result<Vec<Record>, StartError> {
        let mut rows = Vec::new();
        for name in [name.to_owned(), format!("code to {}", channel.key())] {
            let key = TriesKey::new("mails", &name);
            let row = self.store().tries(&key).await?;
            ADDRESS_MAILS.check(row.as_ref(), op.now)?;
            rows.push(Record::Tries(ADDRESS_MAILS.count(row, key, op.now)));
        }
        Ok(rows)
    }

    /// Where an address on its way stands, for the browser with this cookie.
    pub async fn address_case(&self, id: &CaseId, cookie: &str) -> Result<AddressView, CaseError> {
        let (holder, case) = (held(cookie)?, self.load_case(id).await?);
        recovery::standing(&case, Some(holder.hash()), self.now())?;
        let Purpose::AddAddress { channel, way, .. } = case.purpose else { return Err(CaseError::Unknown) };
        let (code_expires, can_resend, keyed) = match case.state {
            CaseState::Open { ticket, sends, .. } => (ticket.map(|ticket| ticket.expires), sends < recovery::SENDS, false),
            _ => (None, false, true),
        };
        Ok(AddressView { channel, way, code_expires, can_resend, keyed })
    }

    /// Tries a typed code; the right one adds the address. With a call that asks for digits nothing is typed.
    pub async fn enter_address_code(
        &self,
        op: &OpContext,
        session: &Session,
        id: &CaseId,
        cookie: &str,
        typed: &str,
    ) -> Result<Entered, CaseError> {
        let holder = held(cookie)?;
        let gone = || CaseError::Refused(recovery::Refusal::Gone);
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let person = self.person(&session.owner).await?.ok_or_else(gone)?;
            let session = self.store().session(&session.token).await?.ok_or_else(gone)?;
            let code = typed_code(&case, typed);
            address::enter(case, holder.hash(), person, &session, code.as_ref(), &self.0.codes, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Sends a new code; the older one stops working. Yields the new digits to show, for a call in which they are keyed in.
    pub async fn resend_address_code(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<Option<Code>, AddressError> {
        let refused = |error: CaseError| match error {
            CaseError::Trouble(trouble) => AddressError::Start(trouble.into()),
            CaseError::Unknown | CaseError::Refused(_) => AddressError::Refused(Refusal::Unknown),
        };
        let holder = held(cookie).map_err(refused)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await.map_err(refused)?;
            let Purpose::AddAddress { subject, channel, .. } = case.purpose.clone() else { return Err(Refusal::Unknown.into()) };
            let counted = self.count_codes(op, &address_name(&subject), &channel).await?;
            let mut decided = address::resend(case, holder.hash(), &self.0.codes, op, self.entropy())
                .map_err(|refusal| refused(CaseError::Refused(refusal)))?;
            decided.changes.puts.extend(counted);
            decided
        });
        Ok(outcome?.shown)
    }

    /// Removes a further address by its id ([`Lockwright::address_id`]).
    pub async fn remove_address(&self, op: &OpContext, session: &Session, id: &str) -> Result<(), AddressError> {
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(Refusal::NotConfirmed)?;
            let session = self.store().session(&session.token).await?.ok_or(Refusal::NotConfirmed)?;
            let channel = person.channels().into_iter().find(|channel| self.address_id(channel) == id).ok_or(Refusal::Unknown)?;
            address::remove(person, &session, &channel, op, self.entropy())?
        });
        Ok(outcome?)
    }
}

/// What was typed, as a code of the kind that was sent.
fn typed_code(case: &Case, typed: &str) -> Option<Code> {
    match &case.purpose {
        Purpose::AddAddress { channel: Channel::Phone(_), .. } => Code::parse_digits(typed),
        _ => Code::parse(typed),
    }
}

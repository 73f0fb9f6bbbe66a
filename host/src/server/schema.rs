//! Schemas of what the store defines, which knows no HTTP: each is made from the store's own constants.

use quarry_store::{Name as StoredName, Page};
use std::borrow::Cow;
use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A name for a schema that is made by hand. It has no value.
macro_rules! schemas {
    ($($(#[$documentation:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$documentation])*
        #[derive(Debug)]
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object: ObjectBuilder = $schema;
                object.build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

fn text(description: &str) -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.description(Some(description))
}

fn identifier(prefix: &str, description: &str) -> ObjectBuilder {
    let example = format!("{prefix}{}", "0123456789abcdef".repeat(2));
    text(description)
        .pattern(Some(format!("^{prefix}[0-9a-f]{{32}}$")))
        .examples([example])
}

fn words(all: impl IntoIterator<Item = &'static str>, description: &str) -> ObjectBuilder {
    text(description).enum_values(Some(all))
}

fn property(object: impl Into<Schema>) -> RefOr<Schema> {
    RefOr::T(object.into())
}

fn number(description: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(description))
        .build()
}

macro_rules! words_of {
    ($name:ident, $description:literal) => {
        words(
            quarry_store::$name::ALL.iter().map(|word| word.as_str()),
            $description,
        )
    };
}

schemas! {
    /// See [`quarry_store::TenantId`].
    TenantId = identifier(quarry_store::TenantId::PREFIX, "Names a tenant.");
    /// See [`quarry_store::TokenId`].
    TokenId = identifier(quarry_store::TokenId::PREFIX, "Names a token; it is no secret.");
    /// See [`quarry_store::AdministratorTokenId`].
    AdministratorTokenId = identifier(
        quarry_store::AdministratorTokenId::PREFIX,
        "Names an administrator's token; it is no secret.",
    );
    /// See [`quarry_store::KnowledgeBaseId`].
    KnowledgeBaseId = identifier(quarry_store::KnowledgeBaseId::PREFIX, "Names a knowledge base.");
    /// See [`quarry_store::ProjectId`].
    ProjectId = identifier(quarry_store::ProjectId::PREFIX, "Names an output project.");
    /// See [`quarry_store::RunId`].
    RunId = identifier(quarry_store::RunId::PREFIX, "Names a run.");

    /// See [`quarry_store::Scope`].
    Scope = words_of!(Scope, "What a token may be used for: `read`, `write` (making and removing knowledge bases and output projects), `run` (starting and cancelling runs), `admin` (making tokens of the tenant, and revoking those of others). None includes another.");
    /// See [`quarry_store::KnowledgeBaseState`].
    KnowledgeBaseState = words_of!(KnowledgeBaseState, "How far a knowledge base is.");
    /// See [`quarry_store::ProjectStatus`].
    ProjectStatus = words_of!(ProjectStatus, "How far an output project is: `created`, `initialized` (CONTEXT.md is published) or `active` (the agent finished well).");
    /// See [`quarry_store::RunState`].
    RunState = words_of!(RunState, "How far a run is. The first two are live, the others are for good.");

    /// See [`quarry_store::Name`].
    Name = text("A text of one line, with at least one visible character.")
        .min_length(Some(1))
        .max_length(Some(StoredName::CHARACTERS))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"))
        .examples(["Shop"]);
    /// See [`quarry_store::Cursor`].
    Cursor = text("Where a part of a list begins: opaque, to be passed on as it is.")
        .pattern(Some("^-?[0-9]{1,18}\\.[a-z0-9_]{0,64}$"));
    /// See [`quarry_store::Timestamp`].
    Time = ObjectBuilder::from(number("Milliseconds since 1970, UTC."))
        .examples([1_800_000_000_000_i64]);
    /// See [`quarry_store::Page::LIMIT`].
    PageSize = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(u32::MAX))
        .description(Some(format!("How many entries are wanted; at least one and at most {} come.", Page::LIMIT)));

    /// An archive as it is uploaded.
    Archive = text("A zip, tar or tar.gz archive of a source tree.")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));

    /// See [`super::engine::Message`].
    Message = ObjectBuilder::new()
        .description(Some("One message of a run: over a WebSocket, as a line, or as the data of a server-sent event. More members belong to each `code`; clients leave out those that they do not know."))
        .property("seq", property(number("Its number in the run: from 1, without gaps.")))
        .property("at", property(number("When it was written: milliseconds since 1970, UTC.")))
        .property("type", property(words(super::engine::Sort::WORDS, "What sort of message it is. `complete` is the last one of a run that ended well, `error` that of any other.").build()))
        .property("code", property(text("A stable word for programs.").build()))
        .property("message", property(text("A sentence for people.").build()))
        .required("type").required("code").required("message")
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
}

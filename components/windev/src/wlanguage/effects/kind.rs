//! The kinds of effects.

/// What code does to the world around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectKind {
    /// It opens a database connection.
    OpensConnection,
    /// It says where a database is, and who connects to it.
    DescribesConnection,
    /// It makes tables use another connection or directory.
    ChangesConnection,
    /// It closes a database connection.
    ClosesConnection,
    /// It changes users, groups or rights of a database.
    AdministersDatabase,
    /// It creates data files or brings them up to date.
    CreatesDataFiles,
    /// It opens or declares data files.
    OpensDataFiles,
    /// It gives the password of data files.
    UnlocksDataFiles,
    /// It has code run when rows are changed.
    RegistersTrigger,
    /// It reads data or executes queries.
    ReadsData,
    /// It adds, changes, deletes or copies data.
    ChangesData,
    /// It reads an ini file.
    ReadsIniFile,
    /// It reads the registry.
    ReadsRegistry,
    /// It reads parameters of the application or of a page, or cookies.
    ReadsParameter,
    /// It reads the environment.
    ReadsEnvironment,
    /// It reads the command line.
    ReadsCommandLine,
    /// It writes an ini file, the registry or parameters.
    WritesSetting,
    /// It reads a file.
    ReadsFile,
    /// It writes, copies or deletes files or directories.
    ChangesFile,
    /// It says what happens after an error.
    SetsErrorHandler,
    /// It opens a window.
    OpensWindow,
    /// It shows a page.
    OpensPage,
    /// It tells or asks the user something.
    ShowsMessage,
    /// It calls a procedure of the project.
    CallsProcedure,
    /// It calls what is neither a known procedure nor a known function.
    CallsUnknown,
    /// It starts another program.
    RunsProgram,
    /// It calls a library that is not the project's.
    CallsLibrary,
    /// It speaks to another computer.
    UsesNetwork,
    /// It sets the language or the character set.
    SetsLocale,
    /// It changes how the runtime works.
    ChangesSetting,
    /// It says what is kept between the requests of a browser.
    KeepsSessionState,
    /// It starts a timer or plans a task.
    StartsTimer,
    /// It starts a thread.
    StartsThread,
    /// It ends the program.
    EndsProgram,
}

impl EffectKind {
    /// Whether it gets ready what another effect uses: such effects alternate, line by line.
    pub(super) fn is_preparation(self) -> bool {
        matches!(
            self,
            EffectKind::DescribesConnection
                | EffectKind::ReadsIniFile
                | EffectKind::ReadsRegistry
                | EffectKind::ReadsParameter
                | EffectKind::ReadsEnvironment
                | EffectKind::ReadsCommandLine
        )
    }
}

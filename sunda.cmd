@echo off
rem Starts the sunda command line; builds it first when there is no build yet. Delete examples\target to build again.
rem The word bench starts the benchmarks, a module of their own; delete bench\target to build it again.
rem SUNDA_JAVA_OPTS: further options for the Java virtual machine.
setlocal
set "HOME_DIR=%~dp0"
set "JDK="
if defined JAVA_HOME call :consider "%JAVA_HOME%"
for /d %%D in ("%ProgramFiles%\Eclipse Adoptium\jdk-*" "%ProgramFiles%\Java\jdk-*" "%ProgramFiles%\Microsoft\jdk-*" "%USERPROFILE%\.jdks\*") do call :consider "%%~D"
if not defined JDK (
    echo sunda: needs a JDK 25 or newer; install one or set JAVA_HOME to its folder>&2
    exit /b 2
)
set "MODULE=examples"
if "%~1"=="bench" set "MODULE=bench"
if not exist "%HOME_DIR%%MODULE%\target\lib" (
    echo Building Sunda ^(first start^) ...>&2
    call mvn -B -q -f "%HOME_DIR%pom.xml" -DskipTests -pl %MODULE% -am package 1>&2
    if errorlevel 1 (
        echo sunda: the build failed ^(see above^)>&2
        exit /b 2
    )
)
if "%MODULE%"=="bench" goto bench
set "JAR="
for %%J in ("%HOME_DIR%examples\target\sunda-examples-*.jar") do set "JAR=%%~J"
"%JDK%\bin\java.exe" "@%HOME_DIR%examples\java.options" --enable-native-access=dev.sunda.cuda %SUNDA_JAVA_OPTS% -p "%JAR%;%HOME_DIR%examples\target\lib" -m dev.sunda.examples/dev.sunda.examples.Sunda %*
exit /b %ERRORLEVEL%

:bench
"%JDK%\bin\java.exe" "@%HOME_DIR%examples\java.options" --enable-native-access=ALL-UNNAMED %SUNDA_JAVA_OPTS% -cp "%HOME_DIR%bench\target\classes;%HOME_DIR%bench\target\lib\*" dev.sunda.bench.Bench %*
exit /b %ERRORLEVEL%

rem Takes the folder %1 if no JDK was found so far and its release file names version 25 or newer.
:consider
if defined JDK exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
for /f "tokens=2 delims==." %%V in ('findstr /b "JAVA_VERSION=" "%~1\release"') do call :compare "%~1" %%V
exit /b 0

:compare
set "NUMBER=%~2"
set "NUMBER=%NUMBER:"=%"
if %NUMBER% GEQ 25 set "JDK=%~1"
exit /b 0

package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"sessionkeeper/session/config"
	"sessionkeeper/session/secret"
)

// variable is one of an environment.
type variable struct{ name, value string }

// parseBinding reads NAME=VAR, or where a default will do NAME alone.
func parseBinding(arg string, alone bool) (binding, error) {
	name, variable, given := arg, "", false
	if at := strings.LastIndexByte(arg, '='); at >= 0 {
		name, variable, given = arg[:at], arg[at+1:], true
	}
	if err := config.CheckName(name); err != nil {
		return binding{}, err
	}
	if !given {
		if !alone {
			return binding{}, fmt.Errorf("%q names no variable; say %s=VAR", arg, arg)
		}
		variable = defaultVariable(name)
		if variable == "" {
			return binding{}, fmt.Errorf("the session's name makes no variable; say %s=VAR", arg)
		}
	}
	if err := checkVariable(variable); err != nil {
		return binding{}, err
	}
	return binding{session: name, variable: variable}, nil
}

// defaultVariable is the variable that a session's token goes into; empty where the name has nothing to make one of.
func defaultVariable(name string) string {
	made := strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToUpper(name))
	if strings.Trim(made, "_") == "" {
		return ""
	}
	if made[0] >= '0' && made[0] <= '9' {
		made = "_" + made
	}
	return made + "_TOKEN"
}

// checkVariable refuses what is no variable's name (POSIX.1-2017, XBD section 8.1, and what shells take), and variables
// that change how programs are found, linked or run.
func checkVariable(name string) error {
	if name == "" {
		return errors.New("the variable has no name")
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	if rest := strings.TrimLeft(name, letters); rest == name || strings.Trim(rest, letters+"0123456789") != "" {
		return fmt.Errorf("%q is no name for a variable; use letters, digits and _", name)
	}
	upper := strings.ToUpper(name)
	if slices.Contains(reservedVariables(), upper) ||
		slices.ContainsFunc(reservedPrefixes(), func(p string) bool { return strings.HasPrefix(upper, p) }) {
		return fmt.Errorf("%s means something to the system or to a language; choose another variable", name)
	}
	return nil
}

// reservedPrefixes are families of variables that no token may go into.
func reservedPrefixes() []string {
	return []string{"LD_", "DYLD_", "BASH_FUNC_", "SESSIONKEEPER_", "XDG_", "LC_", "GIT_CONFIG", "MALLOC_"}
}

// reservedVariables are single ones.
func reservedVariables() []string {
	return strings.Fields(`
		PATH HOME SHELL USER LOGNAME PWD OLDPWD TMPDIR TEMP TMP TERM TERMINFO LANG LANGUAGE TZ MAIL
		IFS ENV BASH_ENV BASHOPTS SHELLOPTS PS1 PS2 PS4 PROMPT_COMMAND CDPATH GLOBIGNORE ZDOTDIR _
		EDITOR VISUAL PAGER BROWSER MANPAGER LESSOPEN LESSCLOSE SSH_ASKPASS SUDO_ASKPASS
		GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EXEC_PATH GIT_PAGER GIT_EDITOR GIT_DIR GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND
		GCONV_PATH LOCPATH NLSPATH HOSTALIASES RESOLV_HOST_CONF RES_OPTIONS OPENSSL_CONF OPENSSL_MODULES
		NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PERL5OPT PERL5LIB PERLLIB PERL5DB
		RUBYOPT RUBYLIB LUA_INIT LUA_PATH LUA_CPATH PHPRC PHP_INI_SCAN_DIR GODEBUG GOFLAGS GOPATH RUSTFLAGS RUSTC_WRAPPER
		JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH JAVA_HOME MAKEFLAGS MAKEFILES
		DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK
		HTTP_PROXY HTTPS_PROXY ALL_PROXY FTP_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
		COMSPEC PATHEXT PSMODULEPATH SYSTEMROOT SYSTEMDRIVE WINDIR USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA`)
}

// environment is what the command gets: ours, without what is dropped, with the variables set. A variable that is asked
// for twice is an error.
func environment(inherited, dropped []string, set []variable) ([]string, error) {
	given := map[string]bool{}
	for _, v := range set {
		key := envKey(v.name)
		if given[key] {
			return nil, fmt.Errorf("the variable %s is asked for twice; choose another for one of the two: NAME=VAR", v.name)
		}
		if !secret.OneLine(strings.ToValidUTF8(v.value, "?")) { // a path may be in another encoding
			return nil, fmt.Errorf("the value for %s has control characters and cannot be in an environment; use --file", v.name)
		}
		given[key] = true
	}
	for _, name := range dropped {
		given[envKey(name)] = true
	}
	env := slices.DeleteFunc(slices.Clone(inherited), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return given[envKey(name)]
	})
	for _, v := range set {
		env = append(env, v.name+"="+v.value)
	}
	return env, nil
}

// envKey is what two names of a variable have in common: on Windows case does not count.
func envKey(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

pol () 
{ 
    mkdir -p policies/$(dirname $1);
    cat > policies/$1.yaml
}
run () 
{ 
    echo "\$ sspr-policy $*";
    $B "$@" 2>&1 | grep -v -e '^Environment' -e '^Read ';
    echo "=> exit ${PIPESTATUS[0]}"
}

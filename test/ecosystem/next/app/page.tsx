export default function Page () { return <p>See /api/users</p> }
